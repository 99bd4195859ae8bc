// The duplicate address probe on a real link: who out there answers for an address before the guest
// has it. It comes from a random local MAC, so that no switch learns the guest's MAC at this port
// while the VM still runs elsewhere (a migration), and every kind of link needs its own way for the
// answers to such a MAC to come back. The pod's namespace is afterwards as it was. Private to
// binding/; the frames are duplicate_address.h's.
#pragma once

#include <vector>

#include "binding/duplicate_address.h"
#include "binding/net_namespace.h"
#include "binding/netlink_socket.h"

namespace patchbay {

// Claims by others than the guest for the probe's addresses, sorted, each once; all addresses are
// asked for at the same time, in 0.5 to 0.7 s. `inside`: the pod's namespace, in which `socket` was
// opened; `index`: the link's number there.
//   macvlan, macvtap  pass nothing for a MAC but their own: a macvlan beside it, on the same lower
//                     device (macvlan_sibling.h). The pod's NIC hears it as well, so IPv6 waits
//                     until the kernel's own detection of duplicates there is through, at most 3 s.
//   SR-IOV VF         drops foreign senders as macspoofchk does: the guest's MAC.
//   others            promiscuity, bound to the packet socket.
// Throws Error{kTryAgain} where the link has no carrier after 5 s, as NetlinkSocket and ProbeSocket
// otherwise.
std::vector<AddressClaim> find_duplicates(NetlinkSocket& socket, const NetNamespace& inside,
                                          int index, const AddressProbe& probe);

}  // namespace patchbay
