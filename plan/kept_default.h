// The one default route of a family that a VM's guest is told: many guests ignore metrics, so a
// second choice could become the first.
#pragma once

#include "plan/network_plan.h"

namespace patchbay {

// Whether the route belongs to the table that every packet without a rule of its own looks into.
bool in_main_table(const Route& route);

// A route of one of the plan's attachments: the preferred network's best, else the best of all that
// shall have one. Null where the guest learns it from the preferred network, or there is none.
const Route* kept_default(const NetworkPlan& plan, Family family);

}  // namespace patchbay
