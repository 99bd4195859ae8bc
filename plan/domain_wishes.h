// What an <interface> shall say, from the VMI as KubeVirt's own converter reads it
// (pkg/virt-launcher/virtwrap/converter and pkg/network/domainspec, v1.9.0). Private to plan/.
#pragma once

#include "plan/network_plan.h"
#include "plan/pod_state.h"
#include "plan/vmi.h"

namespace patchbay {

// `tap` is what QEMU opens; null: nothing is known of its queues. A tap that was made without
// IFF_MULTI_QUEUE can't be opened with several queues: the VM gets one then, with a warning. One
// that was made with it can't be opened with one: the VM gets two, with a warning, where its model
// has queues, and is refused otherwise. A macvtap takes as many as the VM asks for.
DomainWishes domain_wishes(const Vmi& vmi, const VmiInterface& interface, const PodLink* tap,
                           Diagnostics& diagnostics);

}  // namespace patchbay
