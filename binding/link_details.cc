#include "binding/link_details.h"

#include <linux/gen_stats.h>
#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstdio>

#include "binding/rtnetlink_decode.h"

namespace patchbay {
namespace {

std::string mode_of(std::string_view kind, const NetlinkAttributes& data) {
  if (kind == "macvlan" || kind == "macvtap") {
    switch (data.value<uint32_t>(IFLA_MACVLAN_MODE).value_or(0)) {
      case MACVLAN_MODE_PRIVATE:
        return "private";
      case MACVLAN_MODE_VEPA:
        return "vepa";
      case MACVLAN_MODE_BRIDGE:
        return "bridge";
      case MACVLAN_MODE_PASSTHRU:
        return "passthru";
      default:
        return "source";
    }
  }
  if (kind != "ipvlan" && kind != "ipvtap") return {};
  switch (data.value<uint16_t>(IFLA_IPVLAN_MODE).value_or(IPVLAN_MODE_L2)) {
    case IPVLAN_MODE_L2:
      return "l2";
    case IPVLAN_MODE_L3:
      return "l3";
    default:
      return "l3s";
  }
}

void decode_counters(const NetlinkAttributes& attributes, SeenLink& link) {
  // Only the start is read: later kernels append to it.
  const auto stats = attributes.value<std::array<uint64_t, 8>>(IFLA_STATS64);
  if (!stats) return;
  const auto& [rx_packets, tx_packets, rx_bytes, tx_bytes, rx_errors, tx_errors, rx_dropped,
               tx_dropped] = *stats;
  link.received = {rx_packets, rx_bytes, rx_dropped};
  link.sent = {tx_packets, tx_bytes, tx_dropped};
}

std::vector<SeenFunction> decode_functions(const NetlinkAttributes& list) {
  std::vector<SeenFunction> functions;
  list.for_each([&](const nlattr* attribute) {
    const auto one = NetlinkAttributes::inside(attribute);
    const auto mac = one.value<ifla_vf_mac>(IFLA_VF_MAC);
    if (!mac) return;
    const auto vlan = one.value<ifla_vf_vlan>(IFLA_VF_VLAN);
    functions.push_back(
        {mac->vf, Mac::from_bytes(mac->mac), static_cast<uint16_t>(vlan ? vlan->vlan : 0)});
  });
  return functions;
}

void decode_kind(const NetlinkAttributes& info, SeenLink& link) {
  const std::string& kind = link.state.kind;
  const auto data = info.nested(IFLA_INFO_DATA);
  link.mode = mode_of(kind, data);
  if (kind == "vlan") link.vlan = data.value<uint16_t>(IFLA_VLAN_ID);
  if (kind == "bridge") {
    link.vlan_filtering = data.value<uint8_t>(IFLA_BR_VLAN_FILTERING).value_or(0) != 0;
  }
}

// Ranges come as two entries, marked as its begin and its end.
void add_vlan(const bridge_vlan_info& info, std::vector<PortVlan>& vlans) {
  if ((info.flags & BRIDGE_VLAN_INFO_RANGE_END) != 0 && !vlans.empty()) {
    vlans.back().ids.last = info.vid;
    return;
  }
  vlans.push_back({.ids = {info.vid, info.vid},
                   .pvid = (info.flags & BRIDGE_VLAN_INFO_PVID) != 0,
                   .untagged = (info.flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0});
}

// struct gnet_stats_basic, gnet_stats_queue (linux/gen_stats.h).
FrameCount count_in(const NetlinkAttributes& stats) {
  FrameCount count;
  if (const auto basic = stats.value<gnet_stats_basic>(TCA_STATS_BASIC)) {
    count.bytes = basic->bytes;
    count.frames = basic->packets;
  }
  // Beside it where a 32-bit number would not do.
  if (const auto frames = stats.value<uint64_t>(TCA_STATS_PKT64)) count.frames = *frames;
  if (const auto queue = stats.value<gnet_stats_queue>(TCA_STATS_QUEUE)) {
    count.dropped = queue->drops;
  }
  return count;
}

std::string hexadecimal(uint32_t number) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%x", number);
  return text.data();
}

}  // namespace

std::optional<DecodedLink> decode_seen_link(const nlmsghdr& message) {
  auto indexed = decode_link(message);
  if (!indexed) return std::nullopt;
  const auto attributes = attributes_of<ifinfomsg>(message);
  DecodedLink decoded{.master = indexed->master, .lower = indexed->lower};
  SeenLink& link = decoded.link;
  link.index = indexed->index;
  link.state = std::move(indexed->state);
  link.carrier = (header_of<ifinfomsg>(message)->ifi_flags & IFF_LOWER_UP) != 0;
  link.far_index = attributes.value<int32_t>(IFLA_LINK).value_or(0);
  // A device names itself.
  if (link.far_index == link.index && !attributes.has(IFLA_LINK_NETNSID)) link.far_index = 0;
  link.far_namespace = attributes.value<int32_t>(IFLA_LINK_NETNSID);
  link.queues = attributes.value<uint32_t>(IFLA_NUM_TX_QUEUES).value_or(1);
  link.device = attributes.string(IFLA_PARENT_DEV_NAME);
  decode_kind(attributes.nested(IFLA_LINKINFO), link);
  link.functions = decode_functions(attributes.nested(IFLA_VFINFO_LIST));
  decode_counters(attributes, link);
  return decoded;
}

std::optional<DecodedPort> decode_port(const nlmsghdr& message) {
  const auto* header = header_of<ifinfomsg>(message);
  if (message.nlmsg_type != RTM_NEWLINK || header == nullptr) return std::nullopt;
  DecodedPort port{.index = header->ifi_index};
  attributes_of<ifinfomsg>(message).nested(IFLA_AF_SPEC).for_each([&](const nlattr* attribute) {
    if (nla_type(attribute) != IFLA_BRIDGE_VLAN_INFO) return;
    if (nla_len(attribute) < static_cast<int>(sizeof(bridge_vlan_info))) return;
    bridge_vlan_info info{};
    std::memcpy(&info, nla_data(attribute), sizeof info);
    add_vlan(info, port.vlans);
  });
  return port;
}

FrameCount decode_qdisc_count(const nlmsghdr& message) {
  return count_in(attributes_of<tcmsg>(message).nested(TCA_STATS2));
}

std::string decode_handle(const nlmsghdr& message) {
  const uint32_t handle = header_of<tcmsg>(message)->tcm_handle;
  if (attributes_of<tcmsg>(message).string(TCA_KIND) != "u32") return "0x" + hexadecimal(handle);
  const uint32_t hash = TC_U32_HASH(handle);
  return hexadecimal(TC_U32_USERHTID(handle)) + ":" + (hash == 0 ? "" : hexadecimal(hash)) + ":" +
         hexadecimal(TC_U32_NODE(handle));
}

FrameCount decode_hits(const nlmsghdr& message) {
  const auto attributes = attributes_of<tcmsg>(message);
  const bool u32 = attributes.string(TCA_KIND) == "u32";
  FrameCount count;
  attributes.nested(TCA_OPTIONS)
      .nested(u32 ? int{TCA_U32_ACT} : int{TCA_BPF_ACT})
      .for_each([&](const nlattr* action) {
        count = count_in(NetlinkAttributes::inside(action).nested(TCA_ACT_STATS));
      });
  return count;
}

}  // namespace patchbay
