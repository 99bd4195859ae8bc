// Which of a guest's default routes wins: a part of plan/compare_guest.h that looks at all its NICs
// at once.
#pragma once

#include <vector>

#include "plan/compare_guest.h"

namespace patchbay {

// A check for each family of which several NICs have a default route: that of the preferred network
// (else of the one whose route the plan keeps) has the lowest metric, alone. None where that
// network's NIC has no such route: then nothing says which of the others shall win. An absent
// metric is 0 for IPv4 (fib_create_info), 1024 for IPv6 (IP6_RT_PRIO_USER).
std::vector<Check> check_default_routes(const NetworkPlan& plan, const GuestState& guest);

}  // namespace patchbay
