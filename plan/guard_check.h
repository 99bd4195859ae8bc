// What the guard of a network's NAD makes of the addresses that a guest is to have. Private to
// plan/: make_plan's.
#pragma once

#include "plan/network_plan.h"
#include "plan/record.h"

namespace patchbay {

// Warns of what guard "full" lets nothing out of: addresses that neither the record nor the NAD's
// "allowedAddresses" has, and families that DHCP or a router is to give an address that nobody
// knows. Of `attachment` its methods and addresses count, before they are left to DHCP.
void judge_guard(const Record& record, const Attachment& attachment, Diagnostics& diagnostics);

}  // namespace patchbay
