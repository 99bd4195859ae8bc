#include "binding/rtnetlink_decode.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace patchbay {
namespace {

constexpr uint32_t kForever = UINT32_MAX;   // INFINITY_LIFE_TIME, net/addrconf.h
constexpr uint32_t kIpv6UserMetric = 1024;  // IP6_RT_PRIO_USER, net/ip6_route.h
constexpr uint8_t kMadeByRouter = IFAPROT_KERNEL_RA;
constexpr uint8_t kMadeLinkLocal = IFAPROT_KERNEL_LL;

// Set and cleared by the kernel on its own account; the rest is what somebody asked for.
constexpr uint32_t kKernelAddressFlags =
    IFA_F_SECONDARY | IFA_F_DADFAILED | IFA_F_DEPRECATED | IFA_F_TENTATIVE | IFA_F_PERMANENT;
constexpr uint32_t kKernelNexthopFlags =
    RTNH_F_DEAD | RTNH_F_OFFLOAD | RTNH_F_LINKDOWN | RTNH_F_UNRESOLVED | RTNH_F_TRAP;

std::optional<Family> family_of(uint8_t number) {
  if (number == AF_INET) return Family::kIpv4;
  if (number == AF_INET6) return Family::kIpv6;
  return std::nullopt;
}

std::optional<IpAddress> address_at(const NetlinkAttributes& attributes, int type, Family family) {
  const void* bytes = attributes.bytes(type, IpAddress::any(family).size());
  if (bytes == nullptr) return std::nullopt;
  return IpAddress::from_bytes(family, bytes);
}

std::string bytes_of(const nlmsghdr& message) {
  return {static_cast<const char*>(nlmsg_data(const_cast<nlmsghdr*>(&message))),
          static_cast<size_t>(nlmsg_datalen(const_cast<nlmsghdr*>(&message)))};
}

TunInfo decode_tun(const NetlinkAttributes& data) {
  TunInfo tun;
  tun.tap = data.value<uint8_t>(IFLA_TUN_TYPE) == IFF_TAP;
  tun.owner = data.value<uint32_t>(IFLA_TUN_OWNER);
  tun.group = data.value<uint32_t>(IFLA_TUN_GROUP);
  tun.vnet_hdr = data.value<uint8_t>(IFLA_TUN_VNET_HDR).value_or(0) != 0;
  tun.multi_queue = data.value<uint8_t>(IFLA_TUN_MULTI_QUEUE).value_or(0) != 0;
  tun.persist = data.value<uint8_t>(IFLA_TUN_PERSIST).value_or(0) != 0;
  return tun;
}

// IFLA_INET6_CONF: the sysctls as numbers, in the order of DEVCONF_* (include/uapi/linux/ipv6.h).
void decode_inet6(const NetlinkAttributes& inet6, LinkState& state) {
  const auto mode = inet6.value<uint8_t>(IFLA_INET6_ADDR_GEN_MODE);
  if (mode) state.addr_gen_mode = static_cast<AddrGenMode>(*mode);
  const auto sysctls = inet6.value<std::array<int32_t, DEVCONF_DISABLE_IPV6 + 1>>(IFLA_INET6_CONF);
  if (sysctls) state.disable_ipv6 = (*sysctls)[DEVCONF_DISABLE_IPV6] != 0;
}

// `header` and then the attributes that are not in `without`.
template <typename Header, size_t N>
std::string rewritten(const nlmsghdr& message, const Header& header,
                      const std::array<int, N>& without) {
  NetlinkMessage out(0, 0);
  out.header(header);
  attributes_of<Header>(message).for_each([&](const nlattr* attribute) {
    const int type = nla_type(attribute);
    if (std::find(without.begin(), without.end(), type) != without.end()) return;
    out.bytes(type, nla_data(attribute), static_cast<size_t>(nla_len(attribute)));
  });
  return bytes_of(*nlmsg_hdr(out.get()));
}

std::string address_message(const nlmsghdr& message, uint32_t flags, bool forever) {
  ifaddrmsg header = *header_of<ifaddrmsg>(message);
  flags &= ~kKernelAddressFlags;
  header.ifa_flags = static_cast<uint8_t>(flags);
  NetlinkMessage out(0, 0);
  // Without lifetimes an address stays for ever, and two readings of it are equal.
  const int lifetimes = forever ? IFA_CACHEINFO : IFA_FLAGS;
  out.raw(rewritten(message, header, std::array{int{IFA_FLAGS}, lifetimes}));
  out.u32(IFA_FLAGS, flags);
  return bytes_of(*nlmsg_hdr(out.get()));
}

bool is_kernel_route(const rtmsg& header) {
  return header.rtm_type != RTN_UNICAST || (header.rtm_flags & RTM_F_CLONED) != 0 ||
         header.rtm_protocol == RTPROT_KERNEL || header.rtm_protocol == RTPROT_REDIRECT ||
         header.rtm_protocol == RTPROT_RA;
}

void decode_metrics(const NetlinkAttributes& metrics, Route& route) {
  route.mtu = metrics.value<uint32_t>(RTAX_MTU);
  route.advmss = metrics.value<uint32_t>(RTAX_ADVMSS);
}

std::optional<Route> decode_plain_route(const rtmsg& header, const NetlinkAttributes& attributes,
                                        Family family) {
  if (attributes.has(RTA_MULTIPATH) || attributes.has(RTA_ENCAP) || attributes.has(RTA_VIA) ||
      attributes.has(RTA_NH_ID)) {
    return std::nullopt;
  }
  const auto to = address_at(attributes, RTA_DST, family).value_or(IpAddress::any(family));
  Route route{.to = IpPrefix{to, header.rtm_dst_len},
              .via = address_at(attributes, RTA_GATEWAY, family)};
  const uint32_t usual_metric = family == Family::kIpv6 ? kIpv6UserMetric : 0;
  const uint32_t metric = attributes.value<uint32_t>(RTA_PRIORITY).value_or(0);
  if (metric != usual_metric) route.metric = metric;
  decode_metrics(attributes.nested(RTA_METRICS), route);
  const uint8_t usual_scope =
      family == Family::kIpv4 && !route.via ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  if (header.rtm_scope != usual_scope) route.scope = header.rtm_scope;
  const uint32_t table = attributes.value<uint32_t>(RTA_TABLE).value_or(header.rtm_table);
  if (table != RT_TABLE_MAIN) route.table = table;
  return route;
}

}  // namespace

std::optional<IndexedLink> decode_link(const nlmsghdr& message) {
  const auto* header = header_of<ifinfomsg>(message);
  if (message.nlmsg_type != RTM_NEWLINK || header == nullptr) return std::nullopt;
  const auto attributes = attributes_of<ifinfomsg>(message);
  IndexedLink link{.index = header->ifi_index,
                   .master = attributes.value<int32_t>(IFLA_MASTER).value_or(0)};
  LinkState& state = link.state;
  state.name = IfName::parse(attributes.string(IFLA_IFNAME));
  state.ethernet = header->ifi_type == ARPHRD_ETHER;
  state.up = (header->ifi_flags & IFF_UP) != 0;
  state.multicast = (header->ifi_flags & IFF_MULTICAST) != 0;
  state.all_multicast = (header->ifi_flags & IFF_ALLMULTI) != 0;
  state.no_arp = (header->ifi_flags & IFF_NOARP) != 0;
  state.mtu = attributes.value<uint32_t>(IFLA_MTU).value_or(0);
  state.tx_queue_length = attributes.value<uint32_t>(IFLA_TXQLEN).value_or(0);
  state.alias = attributes.string(IFLA_IFALIAS);
  const auto info = attributes.nested(IFLA_LINKINFO);
  state.kind = info.string(IFLA_INFO_KIND);
  decode_inet6(attributes.nested(IFLA_AF_SPEC).nested(AF_INET6), state);
  constexpr size_t kMacBytes = 6;
  // A bridge port's peer, a tunnel: what has another length is not a MAC.
  const void* mac = state.ethernet ? attributes.bytes(IFLA_ADDRESS, kMacBytes) : nullptr;
  if (mac != nullptr) state.mac = Mac::from_bytes(mac);
  if (state.kind == "tun") state.tun = decode_tun(info.nested(IFLA_INFO_DATA));
  // With IFLA_LINK_NETNSID it is a number of another namespace.
  if (state.kind == "macvlan" && !attributes.has(IFLA_LINK_NETNSID)) {
    link.lower = attributes.value<int32_t>(IFLA_LINK).value_or(0);
  }
  if (state.kind == "ipvlan" || state.kind == "ipvtap") {
    const auto mode = info.nested(IFLA_INFO_DATA).value<uint16_t>(IFLA_IPVLAN_MODE);
    state.ipvlan_l3 = mode.value_or(IPVLAN_MODE_L2) != IPVLAN_MODE_L2;
  }
  return link;
}

std::optional<IndexedAddress> decode_address(const nlmsghdr& message) {
  const auto* header = header_of<ifaddrmsg>(message);
  const auto family = header == nullptr ? std::nullopt : family_of(header->ifa_family);
  if (message.nlmsg_type != RTM_NEWADDR || !family || header->ifa_scope == RT_SCOPE_HOST) {
    return std::nullopt;
  }
  const auto attributes = attributes_of<ifaddrmsg>(message);
  auto local = address_at(attributes, IFA_LOCAL, *family);
  if (!local) local = address_at(attributes, IFA_ADDRESS, *family);
  if (!local) return std::nullopt;
  const uint32_t flags = attributes.value<uint32_t>(IFA_FLAGS).value_or(header->ifa_flags);
  const auto times = attributes.value<ifa_cacheinfo>(IFA_CACHEINFO);
  const uint8_t maker = attributes.value<uint8_t>(IFA_PROTO).value_or(IFAPROT_UNSPEC);
  IndexedAddress address{.index = static_cast<int>(header->ifa_index)};
  address.address.prefix = IpPrefix{*local, header->ifa_prefixlen};
  address.address.kernel_made =
      *family == Family::kIpv6 &&
      (maker == kMadeLinkLocal || maker == kMadeByRouter || (flags & IFA_F_MANAGETEMPADDR) != 0);
  address.address.silent = (flags & IFA_F_NOPREFIXROUTE) != 0;
  const bool forever = !times || times->ifa_valid == kForever;
  address.address.message = address_message(message, flags, forever);
  return address;
}

std::optional<IndexedRoute> decode_route(const nlmsghdr& message) {
  const auto* header = header_of<rtmsg>(message);
  const auto family = header == nullptr ? std::nullopt : family_of(header->rtm_family);
  if (message.nlmsg_type != RTM_NEWROUTE || !family || is_kernel_route(*header)) {
    return std::nullopt;
  }
  const auto attributes = attributes_of<rtmsg>(message);
  const auto link = attributes.value<uint32_t>(RTA_OIF);
  if (!link) return std::nullopt;
  rtmsg plain = *header;
  plain.rtm_flags &= ~kKernelNexthopFlags;
  return IndexedRoute{static_cast<int>(*link),
                      {decode_plain_route(*header, attributes, *family),
                       rewritten(message, plain, std::array{int{RTA_CACHEINFO}})}};
}

bool is_eui64_link_local(const IpAddress& address, const Mac& mac) {
  if (address.family() != Family::kIpv6) return false;
  const uint8_t* m = mac.bytes();
  const std::array<uint8_t, 16> expected{
      0xfe, 0x80, 0,    0,    0,    0,    0,   0, static_cast<uint8_t>(m[0] ^ 2),
      m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  return std::equal(expected.begin(), expected.end(), address.bytes());
}

}  // namespace patchbay
