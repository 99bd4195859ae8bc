// What the VMs of one import can't all keep, found before anything is written.
#pragma once

#include "cli/import_plan.h"
#include "cli/inventory.h"

namespace patchbay::cli {

// A warning for each MAC that several NICs have, and for each address that several have in one
// segment: one network, or networks with the same VLAN id. Addresses in different segments are
// nobody's conflict.
Diagnostics find_conflicts(const Inventory& inventory);

// An error for each MAC and each address that several NICs would have in one segment of the
// cluster: a NAD, or NADs on one bridge and VLAN. A warning for an address that guests which keep
// their configuration have beside one of their own (VRRP, keepalived), for a MAC that NICs in
// several segments have, or one that is planned and one that is left out, with its VM or without.
Diagnostics find_conflicts(const ImportPlan& plan, const Inventory& inventory);

}  // namespace patchbay::cli
