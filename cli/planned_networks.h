// The networks and bridges that the planned NICs need.
#pragma once

#include "cli/import_plan.h"

namespace patchbay::cli {

// ImportPlan::nads and ::bridges of ImportPlan::vms. A bridge's port may stand beside another NAD
// of the map.
void plan_networks(const NetworkMap& map, ImportPlan& plan);

}  // namespace patchbay::cli
