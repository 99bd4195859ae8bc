// What the plan says of a NIC bound to patchbay-dhcp: it is connected, and no configuration is
// written for it. Private to plan/: make_plan's.
#pragma once

#include "plan/annotation.h"
#include "plan/network_plan.h"

namespace patchbay {

// What the responder tells the guest, where the network's NAD asked for one: what the NIC's sources
// gave. The sidecar hands it on (sidecar/hooks.h).
void lease_of(Attachment& attachment);

// Turns the static addresses that the NIC's sources gave (annotation, record, …) into DHCP, which
// is what its guest asks and what networkData of other NICs' says of it, and leaves what the guest
// does by itself (DHCP, router advertisements, none) as it is. Says what the responder answers
// with; else warns that nobody in the pod answers, with the addresses that the guest is not told,
// unless the annotation wants none of either family. `wishes` may be null. Does nothing for other
// bindings.
void leave_to_dhcp(const NetworkWishes* wishes, Attachment& attachment, Diagnostics& diagnostics);

}  // namespace patchbay
