#include "cli/batch_conflicts.h"

#include <map>
#include <set>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

using Owners = std::set<std::string>;  // "VM "a", NIC 0"

std::string segment_of(const Network& network) {
  if (network.vlan.mode == Vlan::Mode::kAccess) return "VLAN " + std::to_string(network.vlan.id);
  if (!network.key.empty()) return "network " + in_quotes(network.key);
  return network.name.empty() ? "" : "network " + in_quotes(network.name);
}

template <typename Key, typename Describe>
void report(const std::map<Key, Owners>& owners, const Describe& describe, const char* hint,
            Diagnostics& diagnostics) {
  for (const auto& [key, nics] : owners) {
    if (nics.size() < 2) continue;
    const std::vector<std::string> all(nics.begin(), nics.end());
    diagnostics.push_back({Severity::kWarning, "", "",
                           describe(key) + " is that of each of " + join(all, "; "), hint});
  }
}

}  // namespace

Diagnostics find_conflicts(const Inventory& inventory) {
  std::map<Mac, Owners> macs;
  std::map<std::pair<std::string, IpAddress>, Owners> addresses;
  for (const auto& [name, vm] : inventory.vms) {
    for (size_t i = 0; i < vm.nics.size(); ++i) {
      const Nic& nic = vm.nics[i];
      const std::string owner = "VM " + in_quotes(name) + ", NIC " + std::to_string(i);
      if (nic.mac) macs[*nic.mac].insert(owner);
      const std::string segment = segment_of(nic.network);
      if (segment.empty()) continue;
      for (const NicAddress& address : nic.addressing.addresses) {
        addresses[{segment, address.address}].insert(owner);
      }
    }
  }
  Diagnostics found;
  report(
      macs, [](const Mac& mac) { return "the MAC " + mac.to_string(); },
      "give all but one a MAC of their own, or import them apart", found);
  report(
      addresses,
      [](const auto& key) { return "the address " + key.second.to_string() + " in " + key.first; },
      "give all but one an address of their own, or import them apart", found);
  return found;
}

}  // namespace patchbay::cli
