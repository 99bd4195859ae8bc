// The backend "bridge": the guest's tap and the pod's NIC are ports of a bridge in the pod, as
// KubeVirt builds it for its own bridge binding. Spanning tree, pause and LACP frames stop at it.
#pragma once

#include <vector>

#include "binding/step.h"
#include "plan/network_plan.h"

namespace patchbay {

std::vector<Step> bridge_steps(const Attachment& attachment, const std::string& selinux_context,
                               const std::optional<GuestPort>& port);

// What the pod's NIC has as a port, so that the guest can have the NIC's own: locally administered,
// unlike the guest's, always the same for it. Nothing is ever sent from it.
Mac port_mac(const Mac& guest);

}  // namespace patchbay
