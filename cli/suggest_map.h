// One network's part of a first map; suggest_map() itself is network_map.h's.
#pragma once

#include <string>

#include "cli/inventory.h"

namespace patchbay::cli {

// `{from: {key: dvportgroup-47}, to: {nad: web-100, bridge: FILL_IN, vlan: 100}}`; empty where the
// network has neither key nor name.
std::string suggest_entry(const Network& network);

}  // namespace patchbay::cli
