// What the VMs of one import can't all keep, found before anything is written.
#pragma once

#include "cli/inventory.h"

namespace patchbay::cli {

// A warning for each MAC that several NICs have, and for each address that several have in one
// segment: one network, or networks with the same VLAN id. Addresses in different segments are
// nobody's conflict.
Diagnostics find_conflicts(const Inventory& inventory);

}  // namespace patchbay::cli
