// One NIC has the preferred default route; the others' stay as a second choice. Private to plan/.
#pragma once

#include <map>

#include "plan/annotation.h"
#include "plan/network_plan.h"
#include "plan/vmi.h"

namespace patchbay {

// Metrics of default routes that are not preferred: this plus the NIC's place in plan.order, above
// what guests give their own DHCP routes (networkd 1024, NetworkManager from 100).
inline constexpr uint32_t kSecondaryMetric = 2000;
// A DHCP route that the annotation prefers must win against those.
inline constexpr uint32_t kPreferredDhcpMetric = 50;

// Sets plan.default_route and the metrics of default routes without one of their own: preferred is
// the network whose annotation says `defaultRoute: true`, else the pod network, else the first with
// a static default route, else the first with DHCP or RA. `defaultRoute: false` is never preferred.
// Two networks that say true are an error.
void choose_default_route(const Vmi& vmi, const std::map<std::string, NetworkWishes>& wishes,
                          NetworkPlan& plan);

}  // namespace patchbay
