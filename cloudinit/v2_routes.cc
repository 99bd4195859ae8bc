#include "cloudinit/v2_routes.h"

#include <algorithm>

#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

constexpr uint32_t kMainTable = 254;  // RT_TABLE_MAIN, include/uapi/linux/rtnetlink.h
constexpr uint32_t kScopeUniverse = 0;

bool in_main_table(const Route& route) { return route.table.value_or(kMainTable) == kMainTable; }

bool is_default(const Route& route, Family family) {
  return route.to.is_default() && route.to.family() == family && in_main_table(route);
}

// The attachment's best default route of the family, null where it has none.
const Route* best_default(const Attachment& attachment, Family family) {
  const Route* best = nullptr;
  for (const Route& route : attachment.routes) {
    if (!is_default(route, family)) continue;
    if (best == nullptr || route.metric.value_or(0) < best->metric.value_or(0)) best = &route;
  }
  return best;
}

// The one the VM gets; null where it learns it from the preferred network or there is none.
const Route* kept_default(const NetworkPlan& plan, Family family) {
  for (const Attachment& attachment : plan.attachments) {
    if (attachment.network != plan.default_route) continue;
    if (const Route* route = best_default(attachment, family)) return route;
    if (learns_routes(attachment, family)) return nullptr;
  }
  // The other NICs get DHCPv4, which brings no IPv6 route.
  const bool other_preferred =
      std::any_of(plan.others.begin(), plan.others.end(),
                  [&](const OtherNic& nic) { return nic.network == plan.default_route; });
  if (other_preferred && family == Family::kIpv4) return nullptr;

  const Route* best = nullptr;
  for (const Attachment& attachment : plan.attachments) {
    const Route* route = best_default(attachment, family);
    if (route == nullptr) continue;
    if (best == nullptr || route->metric.value_or(0) < best->metric.value_or(0)) best = route;
  }
  return best;
}

bool on_link(const Attachment& attachment, const IpPrefix& to) {
  return std::any_of(
      attachment.addresses.begin(), attachment.addresses.end(), [&](const PlannedAddress& planned) {
        return planned.prefix.length <= to.length && planned.prefix.contains(to.address);
      });
}

// Whether the guest will know the way to the gateway: learnt prefixes are not ours to judge.
bool reachable(const Attachment& attachment, const IpAddress& via) {
  if (via.family() == Family::kIpv6 && via.is_link_local()) return true;
  return learns_routes(attachment, via.family()) || on_link(attachment, {via, via.bits()});
}

std::string describe(const Route& route) {
  return route.to.to_string() + (route.via ? " via " + route.via->to_string() : " on the link");
}

struct Teller {
  const Attachment& attachment;
  Diagnostics& diagnostics;

  void tell(Severity severity, const std::string& message, const std::string& hint) const {
    diagnostics.push_back({severity, attachment.network, "routes", message, hint});
  }
  void left_out(const Route& route, const std::string& why, const std::string& hint) const {
    tell(Severity::kWarning,
         "the route " + describe(route) + " is left out of the guest's configuration: " + why,
         hint);
  }
};

void tell_lost_default(const NetworkPlan& plan, const Route& route, const Teller& teller) {
  const bool own = plan.default_route == teller.attachment.network;
  teller.left_out(route,
                  own ? "the network has a better default route, and many guests ignore metrics"
                      : "the VM's default route is that of network \"" +
                            printable(plan.default_route) +
                            "\", and many guests ignore the metric that would make this one the "
                            "second choice",
                  own ? "keep one gateway"
                      : "list the destinations behind that gateway as \"routes\", or set "
                        "\"defaultRoute\": true here, in the annotation patchbay.io/networks");
}

void tell_lost_attributes(const Route& route, const Teller& teller) {
  std::vector<std::string> lost;
  if (route.mtu) lost.push_back("mtu");
  if (route.advmss) lost.push_back("advmss");
  if (route.scope.value_or(kScopeUniverse) != kScopeUniverse) lost.push_back("scope");
  if (lost.empty()) return;
  teller.tell(Severity::kWarning,
              "the route " + describe(route) + " goes to the guest without its " + join(lost) +
                  ": network-config has no word for it",
              "set it inside the guest where it matters");
}

// Whether the route can be said; tells what is wrong where it can't.
bool expressible(const NetworkPlan& plan, const Route& route, const Teller& teller) {
  if (!in_main_table(route)) {
    teller.left_out(route, "it belongs to table " + std::to_string(*route.table),
                    "set it inside the guest");
    return false;
  }
  if (route.to.is_default() && &route != kept_default(plan, route.to.family())) {
    tell_lost_default(plan, route, teller);
    return false;
  }
  if (!route.via) {
    // A subnet of the NIC's own needs no route.
    if (!on_link(teller.attachment, route.to)) {
      teller.left_out(route, "network-config has no portable word for a route without gateway",
                      "give the address a prefix that covers it, or set it inside the guest");
    }
    return false;
  }
  if (!reachable(teller.attachment, *route.via)) {
    teller.tell(Severity::kError,
                "the gateway of route " + describe(route) +
                    " is in none of the subnets of this NIC's addresses: guests would refuse it",
                "correct the gateway, or give the address the prefix that the gateway is in");
    return false;
  }
  return true;
}

bool has_static_ipv6(const Attachment& attachment) {
  return std::any_of(
      attachment.addresses.begin(), attachment.addresses.end(),
      [](const PlannedAddress& planned) { return planned.prefix.family() == Family::kIpv6; });
}

}  // namespace

V2Routes v2_routes(const NetworkPlan& plan, const Attachment& attachment,
                   Diagnostics& diagnostics) {
  const Teller teller{attachment, diagnostics};
  V2Routes said;
  for (const Route& route : attachment.routes) {
    if (!expressible(plan, route, teller)) continue;
    tell_lost_attributes(route, teller);
    if (is_default(route, Family::kIpv6) && has_static_ipv6(attachment)) {
      said.gateway6 = route.via->to_string();
    } else {
      said.routes.push_back({route.to.to_string(), route.via->to_string(), route.metric});
    }
  }
  return said;
}

}  // namespace patchbay::cloudinit
