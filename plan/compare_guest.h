// Whether a guest has what the plan says: NIC by NIC, found by MAC. The one comparison there is,
// for `patchbay verify` and for the tests that boot guests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/guest_state.h"
#include "plan/network_plan.h"

namespace patchbay {

// One thing that was compared, in words.
struct Check {
  std::string what;  // "addresses", "routes", "MTU", …
  std::string expected;
  std::string found;
  std::string look_at;  // what to look at where they differ; empty: it holds

  bool holds() const { return look_at.empty(); }
  bool operator==(const Check&) const = default;
};

struct NicReport {
  std::string network;           // the VMI's name for it; empty: a NIC that no network has
  Mac mac;                       // zero: the plan does not know it
  std::optional<SeenNic> found;  // without the routes that an address or a lease implies
  std::vector<Check> checks;     // none: a NIC that is known, but not ours to judge
  std::vector<std::string>
      not_looked_at;  // what the plan says of it, and the guest's word does not

  bool operator==(const NicReport&) const = default;
};

struct GuestReport {
  std::string vmi;
  std::vector<NicReport> nics;  // in the plan's order of networks, then those that no network has
  std::vector<Check> checks;    // of the guest as a whole

  bool operator==(const GuestReport&) const = default;
};

size_t differences(const GuestReport& report);  // checks that don't hold
bool saw_all(const GuestReport& report);        // of what the plan says

// What is compared of each attachment:
// - addresses, as a set: static ones are there and don't expire, and no others; with DHCP or router
//   advertisements at least one that expires beside them. Those of the link alone don't count.
// - their order within an IPv4 subnet, whose first is the source address. Nothing shows an order
//   between subnets, and IPv6 has none.
// - routes of the main table, as a set, without those that an address or a lease implies, and
//   without those that DHCP or router advertisements may bring where the plan has them. Of the
//   plan's default routes the guest has one of a family (plan/kept_default.h). A metric is compared
//   where the plan has one, but not a default route's, which has no rival.
// - the MTU and the NIC's name where the plan says them, the link where it shall carry anything,
//   name servers and search domains in order where they were looked at; DHCP may add to those.
// - where several NICs have a default route of a family, that the preferred network's wins
//   (plan/default_route_check.h).
// Routing by source has a table of its own, which is not looked at. What the state does not say is
// no difference, and listed as not looked at.
GuestReport compare_guest(const NetworkPlan& plan, const GuestState& guest);

// {"vmi": "…", "holds": false, "nics": [{"network": "…", "mac": "…", "found": {"name": "…", "mtu":
// …, "addresses": [{"address": "…", "dynamic": true}], "routes": ["…"], "dns": […], "search": […]},
// "checks": [{"what": "…", "expected": "…", "found": "…", "lookAt": "…"}], "notLookedAt": ["…"]}],
// "checks": […]}
// `network`, `mac`, `found`, `mtu`, `routes`, `dns`, `search`, `notLookedAt`, the guest's `checks`
// and `lookAt` are absent where there is nothing to say.
std::string to_json(const GuestReport& report);

}  // namespace patchbay
