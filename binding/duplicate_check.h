// What an ADD makes of the duplicate address probe (NAD option "dad"): nobody else on the network
// may have an address that the guest is about to get.
#pragma once

#include "binding/kernel.h"
#include "plan/diagnostic.h"
#include "plan/network_plan.h"

namespace patchbay {

// Asks for all of the attachment's addresses; `nic` is its pod interface, which nothing has wired
// yet. An answer from the guest's own MAC is the VM itself, on its way from another node.
//
// `mac_spoof_check`: the network's plugin drops every sender but the guest's MAC (the bridge
// plugin's macspoofchk). A probe from any other MAC would prove nothing there, so it comes from the
// guest's; a note in `diagnostics` says so. That moves the MAC in the network's switches to this
// node before a migration has ended, as what the plugin let the pod say just before has done
// already. The chained form sees no other plugin's configuration and can't know of it.
//
// Throws Error{kConflict}, with network, addresses and MACs, where somebody answers, and
// Error{kUnsupported} where no answer could come back: ipvlan hands on an ARP answer only to the
// address that asked, and a probe asks from 0.0.0.0; a tap leads to the guest, not to the network.
void refuse_duplicates(Kernel& kernel, const Attachment& attachment, const LinkState& nic,
                       bool mac_spoof_check, Diagnostics& diagnostics);

}  // namespace patchbay
