// What the NICs of one VM have to settle among them: the default route, and name servers that are
// the guest's and no NIC's.
#pragma once

#include "cli/import_plan.h"
#include "cli/place.h"

namespace patchbay::cli {

// Where several NICs would bring a default route of a family, the first that has a gateway is
// preferred (NetworkWishes::default_route), which plan/kept_default.h keeps; the others are warned
// of. A gateway that the source knows wins over the pod network's.
void choose_default_route(VmPlan& vm, const Place& place);

// To the NIC with the default route, else to the first with a static address; but for what a NIC
// has already, and resolvers inside the guest.
void add_global_dns(const GuestDns& dns, VmPlan& vm, const Place& place);

}  // namespace patchbay::cli
