// What each VM is called on the cluster.
#pragma once

#include <compare>
#include <map>
#include <string>

#include "cli/inventory.h"
#include "cli/network_map.h"

namespace patchbay::cli {

struct VmName {
  std::string name_space;
  std::string name;  // a DNS label; empty where none can be made

  auto operator<=>(const VmName&) const = default;
};

// By name in the inventory, without those that the map ignores: the map's name, else the source's
// made a DNS label. Errors: names that are the same then, or of which nothing is left.
std::map<std::string, VmName> vm_names(const Inventory& inventory, const NetworkMap& map,
                                       Diagnostics& diagnostics);

}  // namespace patchbay::cli
