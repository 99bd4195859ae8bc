// What the NICs of one VM may not have in common. Private to plan/: make_plan's.
#pragma once

#include "plan/network_plan.h"

namespace patchbay {

// Errors for a guest name or a MAC that two NICs have, with one that is not ours, too; a warning
// for an address.
void judge_sameness(const NetworkPlan& plan, Diagnostics& diagnostics);

}  // namespace patchbay
