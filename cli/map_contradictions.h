// What a map says in two ways that can't both be.
#pragma once

#include "cli/network_map.h"

namespace patchbay::cli {

// Errors: two entries for the same network, a NAD described differently, a bridge with two ports, a
// port under two bridges, two VMs of one name in a namespace.
void find_contradictions(const NetworkMap& map, Diagnostics& diagnostics);

}  // namespace patchbay::cli
