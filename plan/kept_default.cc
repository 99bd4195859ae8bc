#include "plan/kept_default.h"

#include <algorithm>

namespace patchbay {
namespace {

constexpr uint32_t kMainTable = 254;  // RT_TABLE_MAIN, include/uapi/linux/rtnetlink.h

bool better(const Route* route, const Route* than) {
  return than == nullptr || route->metric.value_or(0) < than->metric.value_or(0);
}

// The attachment's best default route of the family, null where it has none or shall have none.
const Route* best_default(const Attachment& attachment, Family family) {
  if (attachment.never_default) return nullptr;
  const Route* best = nullptr;
  for (const Route& route : attachment.routes) {
    const bool is_one =
        route.to.is_default() && route.to.family() == family && in_main_table(route);
    if (is_one && better(&route, best)) best = &route;
  }
  return best;
}

}  // namespace

bool in_main_table(const Route& route) { return route.table.value_or(kMainTable) == kMainTable; }

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
    if (route != nullptr && better(route, best)) best = route;
  }
  return best;
}

}  // namespace patchbay
