#include "cli/batch_conflicts.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cli/place.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr char kOwnMac[] = "give all but one a MAC of their own, or import them apart";
constexpr char kOwnAddress[] = "give all but one an address of their own, or import them apart";
constexpr char kVirtual[] =
    "see that the guests share it themselves, as VRRP does; else give all but one another";

using Owners = std::set<std::string>;  // "VM "a", NIC 0"
using MacOwners = std::map<Mac, Owners>;
using AddressOwners = std::map<std::pair<std::string, IpAddress>, Owners>;  // by segment

std::string segment_of(const Network& network) {
  if (network.vlan.mode == Vlan::Mode::kAccess) return "VLAN " + std::to_string(network.vlan.id);
  if (!network.key.empty()) return "network " + in_quotes(network.key);
  return network.name.empty() ? "" : "network " + in_quotes(network.name);
}

// Each VM has a pod network of its own.
std::string segment_of(const Target& target) {
  if (target.kind != Target::Kind::kNad) return {};
  if (target.exists) return "NAD " + in_quotes(target.name_space + "/" + target.nad);
  return "bridge " + in_quotes(target.bridge) +
         (target.vlan ? ", VLAN " + std::to_string(*target.vlan) : ", untagged");
}

std::string text_of(const Mac& mac) { return "the MAC " + mac.to_string(); }
std::string text_of(const std::pair<std::string, IpAddress>& address) {
  return "the address " + address.second.to_string() + " in " + address.first;
}
std::string text_of(const std::pair<std::string, Mac>& mac) {
  return text_of(mac.second) + " in " + mac.first;
}

template <typename Key>
void report(const std::map<Key, Owners>& owners, Severity severity, const char* hint,
            Diagnostics& diagnostics) {
  for (const auto& [key, nics] : owners) {
    if (nics.size() < 2) continue;
    const std::vector<std::string> all(nics.begin(), nics.end());
    diagnostics.push_back(
        {severity, "", "", text_of(key) + " is that of each of " + join(all, "; "), hint});
  }
}

bool has_one_alone(const NicPlan& nic, const std::string& segment, Family family,
                   const AddressOwners& owners) {
  return std::any_of(nic.fixed.begin(), nic.fixed.end(), [&](const IpAddress& address) {
    return address.family() == family && owners.at({segment, address}).size() == 1;
  });
}

// Takes out of `owners` what guests may have in turn (VRRP, a cluster): each of its NICs keeps its
// configuration, and has an address of its own beside.
AddressOwners take_virtual(const ImportPlan& plan, AddressOwners& owners) {
  AddressOwners shared = owners;
  for (const VmPlan& vm : plan.vms) {
    for (const NicPlan& nic : vm.nics) {
      const std::string segment = segment_of(nic.target);
      for (const IpAddress& address : nic.fixed) {
        if (nic.wishes || !has_one_alone(nic, segment, address.family(), owners)) {
          shared.erase({segment, address});
        }
      }
    }
  }
  std::erase_if(owners, [&](const auto& each) { return shared.contains(each.first); });
  return shared;
}

// The NICs of the sources by MAC, and which of them are planned.
class MacsElsewhere {
 public:
  MacsElsewhere(const ImportPlan& plan, const Inventory& inventory) {
    for (const VmPlan& vm : plan.vms) {
      for (const NicPlan& nic : vm.nics) planned_.insert(nic_where(vm.source_name, nic.index));
    }
    for (const auto& [name, vm] : inventory.vms) {
      for (size_t i = 0; i < vm.nics.size(); ++i) {
        if (vm.nics[i].mac) owners_[*vm.nics[i].mac].insert(nic_where(name, i));
      }
    }
  }

  // `said` are errors already.
  void report(const std::set<Mac>& said, Diagnostics& diagnostics) const {
    for (const auto& [mac, nics] : owners_) {
      const bool any = std::any_of(nics.begin(), nics.end(), [this](const std::string& nic) {
        return planned_.contains(nic);
      });
      if (nics.size() < 2 || !any || said.contains(mac)) continue;
      std::vector<std::string> all;
      for (const std::string& nic : nics) {
        all.push_back(nic + (planned_.contains(nic) ? "" : " (left out)"));
      }
      diagnostics.push_back({Severity::kWarning, "", "",
                             text_of(mac) + " is that of each of " + join(all, "; "),
                             "see that no two of them ever run in one network"});
    }
  }

 private:
  std::set<std::string> planned_;
  MacOwners owners_;
};

}  // namespace

Diagnostics find_conflicts(const Inventory& inventory) {
  MacOwners macs;
  AddressOwners addresses;
  for (const auto& [name, vm] : inventory.vms) {
    for (size_t i = 0; i < vm.nics.size(); ++i) {
      const Nic& nic = vm.nics[i];
      const std::string owner = nic_where(name, i);
      if (nic.mac) macs[*nic.mac].insert(owner);
      const std::string segment = segment_of(nic.network);
      if (segment.empty()) continue;
      for (const NicAddress& address : nic.addressing.addresses) {
        addresses[{segment, address.address}].insert(owner);
      }
    }
  }
  Diagnostics found;
  report(macs, Severity::kWarning, kOwnMac, found);
  report(addresses, Severity::kWarning, kOwnAddress, found);
  return found;
}

Diagnostics find_conflicts(const ImportPlan& plan, const Inventory& inventory) {
  std::map<std::pair<std::string, Mac>, Owners> macs;
  AddressOwners addresses;
  for (const VmPlan& vm : plan.vms) {
    for (const NicPlan& nic : vm.nics) {
      const std::string segment = segment_of(nic.target);
      if (segment.empty()) continue;
      const std::string owner = nic_where(vm.source_name, nic.index);
      if (nic.mac) macs[{segment, *nic.mac}].insert(owner);
      for (const IpAddress& address : nic.fixed) addresses[{segment, address}].insert(owner);
    }
  }
  Diagnostics found;
  report(macs, Severity::kError, kOwnMac, found);
  const AddressOwners shared = take_virtual(plan, addresses);
  report(addresses, Severity::kError, kOwnAddress, found);
  report(shared, Severity::kWarning, kVirtual, found);
  std::set<Mac> said;
  for (const auto& [mac, nics] : macs) {
    if (nics.size() > 1) said.insert(mac.second);
  }
  MacsElsewhere(plan, inventory).report(said, found);
  return found;
}

}  // namespace patchbay::cli
