// What happens to an attachment's addresses when the VM moves to another pod. Private to plan/.
#pragma once

#include "plan/network_plan.h"
#include "plan/vmi.h"

namespace patchbay {

// Warns
// - on a migration's target, where the running guest has other addresses (VMI.status.interfaces)
//   than the network's IPAM gave the target's pod: the guest keeps its own;
// - before that, where a VM that is live-migrated has an address that its IPAM gives a pod and not
//   a VM. The annotation is the only source that stays.
void judge_migration(const Vmi& vmi, const VmiInterface& interface, const Attachment& attachment,
                     Diagnostics& diagnostics);

}  // namespace patchbay
