// What profile patchbay refuses because of the calls that came before: a domain whose guest would
// not be told its addresses, for KubeVirt has not asked this sidecar for the cloud-init data. Which
// VMs are refused whatever was called is plan/delivery.h's.
#pragma once

#include "plan/network_plan.h"

namespace patchbay::sidecar {

// Before a hook sidecar answers the domain, of a VM whose volume is written into: throws
// Error{kConflict} where something has to be written and it was not asked for.
void require_earlier_cloud_init_call(const NetworkPlan& plan);

// The same for a Plugin's MutateDomain, which no such call comes before.
void require_hook_sidecar(const NetworkPlan& plan);

}  // namespace patchbay::sidecar
