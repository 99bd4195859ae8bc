// What a guest is told of a NIC, in terms that all formats share, and what that shall be for a
// plan: the rules of cloudinit/README.md, written down a second time.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "cloudinit/guest_nic.h"
#include "plan/kept_default.h"

namespace patchbay::cloudinit {

struct Told {
  std::string name;  // only where it shall be renamed
  bool optional = false;
  bool dhcp4 = false;
  bool dhcp6 = false;
  bool advertised = false;  // by router advertisements alone
  uint32_t mtu = 0;
  std::optional<uint32_t> dhcp_metric;
  std::vector<std::string> addresses;
  std::map<Family, std::vector<GuestRoute>> routes;  // gateways first
  std::vector<GuestRule> rules;
  std::map<Family, std::vector<std::string>> servers;
  std::vector<std::string> search;

  bool operator==(const Told&) const = default;
  void add_route(const GuestRoute& route) { routes[route.to.family()].push_back(route); }
  void add_server(const std::string& server) {
    servers[IpAddress::parse(server).family()].push_back(server);
  }
};
using ToldByMac = std::map<std::string, Told>;

[[maybe_unused]] inline std::ostream& operator<<(std::ostream& out, const Told& told) {
  out << told.name << (told.optional ? " optional" : "") << (told.dhcp4 ? " dhcp4" : "")
      << (told.dhcp6 ? " dhcp6" : "") << (told.advertised ? " ra" : "") << " mtu " << told.mtu
      << " metric " << told.dhcp_metric.value_or(0);
  for (const std::string& address : told.addresses) out << ' ' << address;
  for (const auto& [family, routes] : told.routes) {
    for (const GuestRoute& r : routes) {
      out << " to " << r.to.to_string() << (r.via ? " via " + r.via->to_string() : " on the link")
          << (r.via_is_on_link ? " on-link" : "") << " metric " << r.metric.value_or(0) << " table "
          << r.table.value_or(0);
    }
  }
  for (const GuestRule& rule : told.rules) out << " from " << rule.from.to_string();
  for (const auto& [family, servers] : told.servers) {
    for (const std::string& server : servers) out << " dns " << server;
  }
  for (const std::string& domain : told.search) out << " search " << domain;
  return out;
}

// What the guest shall be told of a plan in a format.
class Wanted {
 public:
  Wanted(const NetworkPlan& plan, Format format)
      : plan_(plan),
        v2_(format == Format::kV2),
        v1_(format == Format::kV1),
        windows_(plan.guest == Guest::kWindows),
        netplan_(plan.guest == Guest::kNetplan && v2_) {
    for (const Attachment& attachment : plan.attachments) {
      nics_[attachment.mac.to_string()] = told(attachment);
    }
    if (windows_) return;
    for (const OtherNic& other : plan.others) {
      Told& told = nics_[other.mac.to_string()];
      told.optional = is_optional(other.network);
      told.dhcp4 = true;
      told.dhcp_metric = other.dhcp_metric;
    }
  }

  const ToldByMac& nics() const { return nics_; }
  bool refused() const { return refused_; }  // the guest can't be told what the plan needs

 private:
  bool is_optional(const std::string& network) const {
    return v2_ && !windows_ &&
           network != (plan_.default_route.empty() ? plan_.order.front() : plan_.default_route);
  }

  Told told(const Attachment& attachment) {
    Told told;
    told.name = attachment.guest_name;
    told.optional = is_optional(attachment.network);
    told.dhcp4 = attachment.ipv4 == Ipv4Method::kDhcp;
    told.dhcp6 = attachment.ipv6 == Ipv6Method::kDhcp;
    told.advertised = attachment.ipv6 == Ipv6Method::kAuto && !windows_;
    told.mtu = attachment.mtu;
    const bool learnt = told.dhcp4 || told.dhcp6 || (told.advertised && !v2_);
    if (learnt && !windows_) told.dhcp_metric = attachment.dhcp_metric;
    add_addresses(attachment, told);
    if (attachment.source_routing) add_source_routing(attachment, told);
    add_routes(attachment, told);
    add_name_service(attachment, told);
    return told;
  }

  static bool has_address(const Attachment& attachment, Family family) {
    return std::any_of(attachment.addresses.begin(), attachment.addresses.end(),
                       [&](const PlannedAddress& own) { return own.prefix.family() == family; });
  }

  void add_addresses(const Attachment& attachment, Told& told) const {
    std::map<Family, int> counts;
    for (const PlannedAddress& planned : attachment.addresses) {
      if (windows_ && counts[planned.prefix.family()]++ > 0) continue;
      told.addresses.push_back(planned.prefix.to_string());
    }
  }

  // Version 2 has a place for it beside no address, too.
  void add_name_service(const Attachment& attachment, Told& told) const {
    const bool something =
        !told.addresses.empty() || told.dhcp4 || told.dhcp6 || told.advertised || v2_;
    for (const IpAddress& server : attachment.dns.servers) {
      const bool taken = windows_ ? has_address(attachment, server.family()) : something;
      if (taken) told.add_server(server.to_string());
    }
    if (something && !windows_) told.search = attachment.dns.search;
  }

  bool inside(const Attachment& attachment, const IpPrefix& to) const {
    std::vector<IpPrefix> own;
    for (const PlannedAddress& planned : attachment.addresses) {
      if (planned.prefix.family() == to.family()) own.push_back(planned.prefix);
    }
    if (windows_ && !own.empty()) own.resize(1);
    return std::any_of(own.begin(), own.end(), [&](const IpPrefix& prefix) {
      return prefix.length <= to.length && prefix.contains(to.address);
    });
  }
  bool is_far(const Attachment& attachment, const Route& route) const {
    if (!route.via || learns_routes(attachment, route.to.family())) return false;
    if (route.to.family() == Family::kIpv6 && route.via->is_link_local()) return false;
    return !inside(attachment, {*route.via, route.via->bits()});
  }
  bool says_on_link(Family family) const {
    return netplan_ || (family == Family::kIpv4 && !windows_ && plan_.guest != Guest::kEni);
  }
  // A default route in a word of its own, which has no metric.
  bool is_gateway(const Attachment& attachment, const GuestRoute& route) const {
    const Family family = route.to.family();
    if (!route.to.is_default() || route.via_is_on_link || !has_address(attachment, family))
      return false;
    if (v1_) return true;
    if (v2_) return plan_.guest != Guest::kNetplan && !windows_;
    return family == Family::kIpv6 && !windows_;
  }

  void add_routes(const Attachment& attachment, Told& told) {
    std::vector<GuestRoute> gateways;
    std::vector<GuestRoute> listed;
    const auto list_once = [&](const GuestRoute& route) {
      if (std::find(listed.begin(), listed.end(), route) == listed.end()) listed.push_back(route);
    };
    for (const Route& route : attachment.routes) {
      const Family family = route.to.family();
      if (route.to.is_default() && &route != kept_default(plan_, family)) continue;
      if (windows_ && !(route.to.is_default() && has_address(attachment, family))) continue;
      const bool far = is_far(attachment, route);
      if (!route.via) {
        if (says_on_link(family) && !inside(attachment, route.to)) {
          listed.push_back({route.to, {}, route.metric, {}, false});
        }
        continue;
      }
      if (far && !says_on_link(family)) {
        refused_ = true;
        continue;
      }
      if (far) list_once({{*route.via, route.via->bits()}, {}, {}, {}, false});
      GuestRoute told_route{route.to, route.via, route.metric, {}, far};
      if (is_gateway(attachment, told_route)) {
        told_route.metric.reset();
        gateways.push_back(told_route);
      } else {
        if (!netplan_) told_route.via_is_on_link = false;  // only netplan has a word for it
        listed.push_back(told_route);
      }
    }
    for (const GuestRoute& route : gateways) told.add_route(route);
    for (const GuestRoute& route : listed) told.add_route(route);
  }

  void add_source_routing(const Attachment& attachment, Told& told) {
    if (!netplan_) {
      refused_ = true;
      return;
    }
    const auto place = std::find(plan_.order.begin(), plan_.order.end(), attachment.network);
    const auto table = static_cast<uint32_t>(1000 + std::distance(plan_.order.begin(), place));
    std::vector<IpPrefix> subnets;
    for (const PlannedAddress& planned : attachment.addresses) {
      told.rules.push_back({planned.prefix.address, table});
      const IpPrefix subnet = planned.prefix.network();
      const bool alone = subnet.length == subnet.address.bits();
      if (alone || std::find(subnets.begin(), subnets.end(), subnet) != subnets.end()) continue;
      subnets.push_back(subnet);
      told.add_route({subnet, {}, {}, table, false});
    }
    for (const Route& route : attachment.routes) {
      told.add_route({route.to, route.via, route.metric, table, is_far(attachment, route)});
    }
  }

  const NetworkPlan& plan_;
  bool v2_;
  bool v1_;
  bool windows_;
  bool netplan_;
  bool refused_ = false;
  ToldByMac nics_;
};

}  // namespace patchbay::cloudinit
