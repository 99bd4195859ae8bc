#include "cli/vm_names.h"

#include <vector>

#include "cli/dns_label.h"
#include "cli/place.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr char kNameIt[] = "say `name: …` for it in the map's vms";

std::string or_else(const std::string& own, const std::string& other) {
  return own.empty() ? other : own;
}

}  // namespace

std::map<std::string, VmName> vm_names(const Inventory& inventory, const NetworkMap& map,
                                       Diagnostics& diagnostics) {
  std::map<std::string, VmName> names;
  std::map<VmName, std::vector<std::string>> owners;
  for (const auto& [source, vm] : inventory.vms) {
    const auto found = map.vms.find(source);
    const VmChoice choice = found == map.vms.end() ? VmChoice{} : found->second;
    if (choice.ignore) continue;
    const VmName name{or_else(choice.name_space, map.name_space),
                      or_else(choice.name, dns_label(source))};
    if (name.name.empty()) {
      Place{vm_where(source), diagnostics}.error(
          "its name has no letter or digit that Kubernetes takes", kNameIt);
    } else {
      owners[name].push_back(vm_where(source));
    }
    names[source] = name;
  }
  for (const auto& [name, vms] : owners) {
    if (vms.size() < 2) continue;
    diagnostics.push_back({Severity::kError, "", "",
                           join(vms, "; ") + " would all be called " + in_quotes(name.name) +
                               " in namespace " + in_quotes(name.name_space),
                           "say `name: …` for all but one in the map's vms"});
  }
  return names;
}

}  // namespace patchbay::cli
