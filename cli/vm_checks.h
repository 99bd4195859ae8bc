// What one planned VM can't have, or will find otherwise than it left it.
#pragma once

#include "cli/import_plan.h"
#include "cli/place.h"

namespace patchbay::cli {

// Errors: several NICs on the pod network, a MAC twice. Warnings: a NIC without MAC, Windows that
// is to keep static addresses, VFs that nobody tells the guest of.
void check_vm(const Vm& vm, const VmPlan& plan, const Place& place);

}  // namespace patchbay::cli
