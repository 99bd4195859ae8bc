#include "cloudinit/guest_routes.h"

#include <algorithm>

#include "plan/annotation.h"
#include "plan/error.h"
#include "plan/kept_default.h"
#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

constexpr uint32_t kScopeUniverse = 0;
// The table of the VM's first NIC; the next NIC has the next. Far from those that distributions
// name.
constexpr uint32_t kFirstSourceTable = 1000;

// Windows gets the first address of a family alone.
bool on_link(const Attachment& attachment, Guest guest, const IpPrefix& to) {
  for (const PlannedAddress& planned : attachment.addresses) {
    if (planned.prefix.family() != to.family()) continue;
    if (planned.prefix.length <= to.length && planned.prefix.contains(to.address)) return true;
    if (guest == Guest::kWindows) return false;
  }
  return false;
}

// Whether the guest will know the way to the gateway: learnt prefixes are not ours to judge.
bool reachable(const Attachment& attachment, Guest guest, const IpAddress& via) {
  if (via.family() == Family::kIpv6 && via.is_link_local()) return true;
  return learns_routes(attachment, via.family()) || on_link(attachment, guest, {via, via.bits()});
}

std::string describe(const Route& route) {
  return route.to.to_string() + (route.via ? " via " + route.via->to_string() : " on the link");
}

// One attachment's routes on their way to the guest.
class Narrowing {
 public:
  Narrowing(const NetworkPlan& plan, const Attachment& attachment, Format format,
            Diagnostics& diagnostics)
      : plan_(plan), attachment_(attachment), format_(format), diagnostics_(diagnostics) {}

  GuestRoutes done() {
    if (attachment_.source_routing) add_source_routing();
    for (const Route& route : attachment_.routes) add(route);
    return std::move(said_);
  }

 private:
  void tell(Severity severity, const std::string& message, const std::string& hint) {
    diagnostics_.push_back({severity, attachment_.network, "routes", message, hint});
  }
  void left_out(const Route& route, const std::string& why, const std::string& hint) {
    tell(Severity::kWarning,
         "the route " + describe(route) + " is left out of the guest's configuration: " + why,
         hint);
  }

  // Whether the format and the guest have a word for "on the link".
  bool can_say_on_link(Family family) const {
    if (plan_.guest == Guest::kNetplan && format_ == Format::kV2) return true;
    return family == Family::kIpv4 && plan_.guest != Guest::kWindows && plan_.guest != Guest::kEni;
  }

  void add(const Route& route) {
    if (!in_main_table(route)) {
      left_out(route, "it belongs to table " + std::to_string(*route.table),
               "set it inside the guest");
    } else if (route.to.is_default() && &route != kept_default(plan_, route.to.family())) {
      const bool meant = attachment_.never_default || attachment_.source_routing;
      if (!meant) tell_lost_default(route);
    } else if (plan_.guest == Guest::kWindows && !route.to.is_default()) {
      left_out(route, "cloudbase-init reads default routes only", "set it inside the guest");
    } else if (plan_.guest == Guest::kWindows && !has_address(route.to.family())) {
      left_out(route, "cloudbase-init sets a gateway only together with a static address",
               "let the network's DHCP server or router advertisements bring it");
    } else if (route.via) {
      add_by_gateway(route);
    } else if (!on_link(attachment_, plan_.guest,
                        route.to)) {  // the NIC's own subnets need no route
      add_on_link(route);
    }
  }

  // Version 1 and network_data.json hang routes on the addresses (GuestSubnet).
  bool has_place(Family family) const {
    return format_ == Format::kV2 || has_address(family) || learns_routes(attachment_, family);
  }

  bool has_address(Family family) const {
    return std::any_of(
        attachment_.addresses.begin(), attachment_.addresses.end(),
        [&](const PlannedAddress& planned) { return planned.prefix.family() == family; });
  }

  void tell_no_place(const Route& route) {
    left_out(route, "beside no address of its family that has no place for one",
             "use a cloudInitNoCloud volume without networkData, or set it inside the guest");
  }

  void add_on_link(const Route& route) {
    if (!has_place(route.to.family())) {
      tell_no_place(route);
    } else if (can_say_on_link(route.to.family())) {
      tell_lost_attributes(route);
      said_.routes.push_back({route.to, {}, route.metric, {}, false});
    } else {
      left_out(route, "the guest's configuration has no word for a route without gateway",
               "give the address a prefix that covers it, or set it inside the guest");
    }
  }

  void add_by_gateway(const Route& route) {
    const IpAddress& via = *route.via;
    const bool near = reachable(attachment_, plan_.guest, via);
    if (!near && !can_say_on_link(via.family())) {
      tell_unreachable(route);
      return;
    }
    if (!has_place(route.to.family())) {
      tell_no_place(route);
      return;
    }
    tell_lost_attributes(route);
    if (plan_.guest == Guest::kEni && !route.to.is_default()) tell_net_tools(route);
    if (!near) add_way_to(via);
    said_.routes.push_back({route.to, via, route.metric, {}, !near});
  }

  // cloud-init's eni renderer writes "post-up route add … || true".
  void tell_net_tools(const Route& route) {
    tell(Severity::kNote,
         "the route " + describe(route) +
             " is set by the command `route`: without the package net-tools the guest loses it "
             "silently",
         "install net-tools in the guest's image");
  }

  void add_way_to(const IpAddress& via) {
    const GuestRoute way{{via, via.bits()}, {}, {}, {}, false};
    if (!contains(way)) said_.routes.push_back(way);
    if (plan_.guest == Guest::kLinux) {
      tell(Severity::kNote,
           "the gateway " + via.to_string() +
               " is in none of the subnets of this NIC's addresses: guests that use ifupdown don't "
               "reach it",
           "give the address the prefix that the gateway is in where that is what was meant");
    }
  }

  void add_source_routing() {
    if (plan_.guest != Guest::kNetplan || format_ != Format::kV2) {
      diagnostics_.push_back(
          {Severity::kError, attachment_.network,
           "annotation " + std::string(kNetworksAnnotation) + ".sourceRouting",
           "routing by source is asked for, and of the guests that cloud-init and cloudbase-init "
           "configure only those with netplan, by a cloudInitNoCloud volume, can be told it; this "
           "one is taken for " +
               in_quotes(name(plan_.guest)),
           "write the annotation " + std::string(kGuestAnnotation) +
               ": netplan where the guest uses it, or leave sourceRouting out and set it inside "
               "the guest"});
      return;
    }
    const uint32_t table = source_table();
    for (const PlannedAddress& planned : attachment_.addresses) {
      const IpPrefix subnet = planned.prefix.network();
      said_.rules.push_back({planned.prefix.address, table});
      const GuestRoute on_link{subnet, {}, {}, table, false};
      const bool alone = subnet.length == subnet.address.bits();
      if (!alone && !contains(on_link)) said_.routes.push_back(on_link);
    }
    for (const Route& route : attachment_.routes) {
      if (!in_main_table(route)) continue;
      const bool far = route.via && !reachable(attachment_, plan_.guest, *route.via);
      said_.routes.push_back({route.to, route.via, route.metric, table, far});
    }
  }

  bool contains(const GuestRoute& route) const {
    return std::find(said_.routes.begin(), said_.routes.end(), route) != said_.routes.end();
  }

  uint32_t source_table() const {
    const auto place = std::find(plan_.order.begin(), plan_.order.end(), attachment_.network);
    return kFirstSourceTable + static_cast<uint32_t>(place - plan_.order.begin());
  }

  void tell_lost_default(const Route& route) {
    const bool own = plan_.default_route == attachment_.network;
    left_out(route,
             own ? "the network has a better default route, and many guests ignore metrics"
                 : "the VM's default route is that of network \"" + printable(plan_.default_route) +
                       "\", and many guests ignore the metric that would make this one the "
                       "second choice",
             own ? "keep one gateway"
                 : "list the destinations behind that gateway as \"routes\", or set "
                   "\"defaultRoute\": true here, in the annotation patchbay.io/networks");
  }

  void tell_unreachable(const Route& route) {
    tell(Severity::kError,
         "the gateway of route " + describe(route) +
             " is in none of the subnets of the addresses that the guest has here: guests would "
             "refuse it",
         "correct the gateway, or give the address the prefix that the gateway is in");
  }

  void tell_lost_attributes(const Route& route) {
    std::vector<std::string> lost;
    if (route.mtu) lost.push_back("mtu");
    if (route.advmss) lost.push_back("advmss");
    if (route.via && route.scope.value_or(kScopeUniverse) != kScopeUniverse) {
      lost.push_back("scope");
    }
    if (lost.empty()) return;
    tell(Severity::kWarning,
         "the route " + describe(route) + " goes to the guest without its " + join(lost) +
             ": its configuration has no word for it",
         "set it inside the guest where it matters");
  }

  const NetworkPlan& plan_;
  const Attachment& attachment_;
  Format format_;
  Diagnostics& diagnostics_;
  GuestRoutes said_;
};

}  // namespace

GuestRoutes guest_routes(const NetworkPlan& plan, const Attachment& attachment, Format format,
                         Diagnostics& diagnostics) {
  return Narrowing(plan, attachment, format, diagnostics).done();
}

}  // namespace patchbay::cloudinit
