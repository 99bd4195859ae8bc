// What keeps a link of the pod from speaking by itself: three locks for one door. IPv6 that is
// switched off link by link can be switched on for all (net.ipv6.conf.all.disable_ipv6), and must
// find no address to make and no group to report then. The multicast flag stays on what the host
// has lent, which would take the change along when it goes back there; the other two end with the
// namespace. ARP is silent where there is no address, but on a bridge, which answers for the pod's
// other addresses (arp_ignore is 0).
#pragma once

#include "binding/kernel.h"
#include "binding/step.h"

namespace patchbay {

// What would still speak, a sentence each.
Differences loudness(const LinkState& link);

// What makes loudness() empty.
LinkChange silencing(const LinkState& link);

}  // namespace patchbay
