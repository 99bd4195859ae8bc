// What keeps a link of the pod from speaking by itself: three locks for one door. IPv6 that is
// switched off link by link can be switched on for all (net.ipv6.conf.all.disable_ipv6), and must
// find no address to make and no group to report then. The multicast flag stays on what the host
// has lent, which would take the change along when it goes back there; the other two end with the
// namespace. ARP is off where frames can reach the pod's own stack, which would answer for the
// pod's other addresses (arp_ignore is 0): a bridge's, and those of a tap or macvtap without
// redirect.
#pragma once

#include "binding/kernel.h"
#include "binding/step.h"

namespace patchbay {

// Whether it goes back to the host one day, with all that is on it then. The host-device plugin
// lends any kind of link, and keeps its name on the host in the alias.
bool is_lent(const LinkState& link);

// What would still speak, a sentence each.
Differences loudness(const LinkState& link);

// What makes loudness() empty.
LinkChange silencing(const LinkState& link);

// What takes that back, without IPv6.
LinkChange speaking(const LinkState& link);

}  // namespace patchbay
