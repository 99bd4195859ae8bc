#include "binding/answers_ipv6.h"

#include <linux/if_ether.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "binding/answers_dhcp4.h"
#include "binding/icmpv6.h"
#include "binding/wire_bytes.h"

namespace patchbay {
namespace {

constexpr size_t kForEver = 0xffffffff;
constexpr size_t kLongestRouterLife = 65535;  // seconds; RFC 8319
constexpr uint8_t kUdp = 17;
constexpr uint8_t kRouterAdvertisement = 134;
constexpr std::string_view kAllNodes = "ff02::1";

// RFC 4861, 4191, 8106.
enum NdOption : uint8_t { kPrefix = 3, kMtu = 5, kRouteInformation = 24, kRdnss = 25, kDnssl = 31 };
// RFC 8415, 3646.
enum Dhcp6Option : uint8_t { kServerId = 2, kAddress = 5, kDnsServers = 23, kDomainList = 24 };

// RFC 4291, appendix A.
IpAddress link_local_of(const uint8_t* mac) {
  const uint8_t bytes[16] = {
      0xfe,   0x80,   0,    0,    0,      0,      0,     0, static_cast<uint8_t>(mac[0] ^ 2),
      mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]};
  return IpAddress::from_bytes(Family::kIpv6, bytes);
}

std::vector<IpAddress> servers_of(const Attachment& attachment) {
  std::vector<IpAddress> servers;
  for (const IpAddress& server : attachment.dns.servers) {
    if (server.family() == Family::kIpv6) servers.push_back(server);
  }
  return servers;
}

WireBytes search_of(const Attachment& attachment) {
  WireBytes out;
  for (const std::string& domain : attachment.dns.search) out.domain_name(domain);
  return out;
}

WireBytes addresses_of(const std::vector<IpAddress>& all) {
  WireBytes out;
  for (const IpAddress& address : all) out.address(address);
  return out;
}

void put_too_much(const Attachment& attachment, std::string_view what, Diagnostics& diagnostics) {
  diagnostics.push_back({Severity::kWarning, attachment.network, "responder",
                         "not all " + std::string(what) + " fit into the answer, and are left out",
                         "give the network fewer of them"});
}

// --- DHCPv6

WireBytes ethernet_and_ipv6(const Attachment& attachment, uint8_t next, uint8_t hops,
                            const IpAddress& from) {
  WireBytes out;
  out.mac(attachment.mac).mac(Mac::from_bytes(kResponderMac)).u16(ETH_P_IPV6);
  return out.u32(0x60000000).u16(0).u8(next).u8(hops).address(from);
}

void put_dhcp6(const Attachment& attachment, const std::vector<IpPrefix>& own, pb_dhcp6& out,
               Diagnostics& diagnostics) {
  WireBytes head = ethernet_and_ipv6(attachment, kUdp, 64, link_local_of(kResponderMac));
  head.zeros(16).u16(547).u16(546).u16(0).u16(0);
  std::memcpy(out.head, head.str().data(), sizeof out.head);
  const WireBytes server =
      WireBytes().u16(kServerId).u16(10).u16(3).u16(1).mac(Mac::from_bytes(kResponderMac));
  std::memcpy(out.server, server.str().data(), sizeof out.server);
  if (own.size() > PB_MOST_ADDRESSES) put_too_much(attachment, "IPv6 addresses", diagnostics);
  WireBytes leases;
  for (const IpPrefix& prefix : own) {
    if (out.addresses == PB_MOST_ADDRESSES) break;
    leases.u16(kAddress).u16(24).address(prefix.address).u32(kForEver).u32(kForEver);
    ++out.addresses;
  }
  std::memcpy(out.leases, leases.str().data(), leases.size());
  WireBytes information;
  const auto add = [&](Dhcp6Option code, const WireBytes& value, std::string_view what) {
    if (value.size() == 0) return;
    if (information.size() + 4 + value.size() > sizeof out.information) {
      put_too_much(attachment, what, diagnostics);
    } else {
      information.u16(code).u16(value.size()).raw(value.str());
    }
  };
  add(kDnsServers, addresses_of(servers_of(attachment)), "IPv6 name servers");
  add(kDomainList, search_of(attachment), "search domains");
  std::memcpy(out.information, information.str().data(), information.size());
  out.information_length = static_cast<uint16_t>(information.size());
  out.on = 1;
}

// --- the router advertisement

// Options are in units of 8 bytes, their first two are code and length.
WireBytes nd_option(NdOption code, const WireBytes& value) {
  const size_t bytes = (2 + value.size() + 7) / 8 * 8;
  return WireBytes().u8(code).u8(bytes / 8).raw(value.str()).zeros(bytes - 2 - value.size());
}

WireBytes prefix_option(const IpPrefix& prefix) {
  constexpr uint8_t kOnLink = 0x80;  // and not for addresses that the guest makes itself
  return nd_option(kPrefix, WireBytes()
                                .u8(prefix.length)
                                .u8(kOnLink)
                                .u32(kForEver)
                                .u32(kForEver)
                                .u32(0)
                                .address(prefix.network().address));
}

WireBytes route_option(const IpPrefix& to) {
  WireBytes value;
  value.u8(to.length).u8(0).u32(kForEver);
  const size_t bytes = to.length == 0 ? 0 : to.length <= 64 ? 8 : 16;
  return nd_option(kRouteInformation, value.first_of(to.network().address, bytes));
}

// The router that the advertisement can speak for.
std::optional<IpAddress> router_of(const std::vector<Route>& routes) {
  for (const Route& route : routes) {
    if (route.via && route.via->is_link_local()) return route.via;
  }
  return std::nullopt;
}

class Advertisement {
 public:
  Advertisement(const Attachment& attachment, Diagnostics& diagnostics)
      : attachment_(attachment),
        routes_(routes_of_family(attachment, Family::kIpv6)),
        router_(router_of(routes_)),
        diagnostics_(diagnostics) {}

  void put(const std::vector<IpPrefix>& own, pb_router& out) {
    for (const IpPrefix& prefix : own) add_prefix(prefix);
    if (attachment_.mtu >= kMinIpv6Mtu)
      add(nd_option(kMtu, WireBytes().u16(0).u32(attachment_.mtu)), "MTU");
    add_name_service();
    for (const Route& route : routes_) add_route(route);
    const std::string frame = whole();
    std::memcpy(out.advertisement, frame.data(), frame.size());
    out.length = static_cast<uint32_t>(frame.size());
  }

 private:
  static constexpr size_t kHeads = ETH_HLEN + 40 + 16;

  void add(const WireBytes& option, std::string_view what) {
    if (kHeads + options_.size() + option.size() > PB_ADVERTISEMENT) {
      put_too_much(attachment_, what, diagnostics_);
    } else {
      options_.raw(option.str());
    }
  }

  void add_prefix(const IpPrefix& prefix) {
    const bool known =
        std::find(subnets_.begin(), subnets_.end(), prefix.network()) != subnets_.end();
    if (known) return;
    subnets_.push_back(prefix.network());
    add(prefix_option(prefix), "IPv6 subnets");
  }

  void add_name_service() {
    const WireBytes servers = addresses_of(servers_of(attachment_));
    if (servers.size() != 0) {
      add(nd_option(kRdnss, WireBytes().u16(0).u32(kForEver).raw(servers.str())),
          "IPv6 name servers");
    }
    const WireBytes search = search_of(attachment_);
    if (search.size() != 0) {
      add(nd_option(kDnssl, WireBytes().u16(0).u32(kForEver).raw(search.str())), "search domains");
    }
  }

  void add_route(const Route& route) {
    if (!route.via && route.to.is_default()) return;
    if (route.via && route.via == router_) {
      // A router's own lifetime ends within a day, and nobody advertises it again; that of the
      // default route as an option has no end (RFC 4191, 3.1).
      if (route.to.is_default()) is_default_ = true;
      add(route_option(route.to), "IPv6 routes");
      return;
    }
    diagnostics_.push_back({Severity::kWarning, attachment_.network, "responder",
                            "no router advertisement can give the guest the route " +
                                route.to.to_string() +
                                (route.via ? " via " + route.via->to_string() : " on the link") +
                                ": a router is known by its link-local address",
                            "write the router's link-local address as the gateway, let the router "
                            "advertise itself, or "
                            "hand over by cloud-init"});
  }

  std::string whole() const {
    constexpr uint8_t kManagedAndOther = 0xc0;  // RFC 4861, 4.2: ask DHCPv6
    const IpAddress from = router_.value_or(link_local_of(kResponderMac));
    WireBytes body;
    body.u8(64).u8(kManagedAndOther).u16(is_default_ ? kLongestRouterLife : 0).u32(0).u32(0);
    body.raw(options_.str());
    return discovery_frame(Mac::from_bytes(kResponderMac), from, IpAddress::parse(kAllNodes),
                           kRouterAdvertisement, body.str());
  }

  const Attachment& attachment_;
  std::vector<Route> routes_;
  std::optional<IpAddress> router_;
  bool is_default_ = false;
  std::vector<IpPrefix> subnets_;
  WireBytes options_;
  Diagnostics& diagnostics_;
};

}  // namespace

void put_ipv6(const Attachment& attachment, pb_answers& out, Diagnostics& diagnostics) {
  const std::vector<IpPrefix> own = static_addresses(attachment, Family::kIpv6);
  if (own.empty()) return;
  put_dhcp6(attachment, own, out.dhcp6, diagnostics);
  Advertisement(attachment, diagnostics).put(own, out.router);
}

}  // namespace patchbay
