#include "cli/vm_checks.h"

#include <algorithm>
#include <set>
#include <vector>

#include "plan/bindings.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

void check_pod_network(const VmPlan& plan, const Place& place) {
  const auto pods = std::count_if(plan.nics.begin(), plan.nics.end(), [](const NicPlan& nic) {
    return nic.target.kind == Target::Kind::kPod;
  });
  if (pods < 2) return;
  place.error("has " + std::to_string(pods) + " NICs on the pod network, and KubeVirt gives one",
              "map all but one of their networks to a NAD, or to `ignore`");
}

// The guest is told of its NICs by MAC.
void check_macs(const VmPlan& plan, const Place& place) {
  std::set<Mac> seen;
  for (const NicPlan& nic : plan.nics) {
    if (!nic.mac) {
      place.warn(
          "its NIC " + std::to_string(nic.index) + " has no MAC in the sources, and gets a new one",
          "give a source that has it, where the guest or the network knows the NIC by it");
    } else if (!seen.insert(*nic.mac).second) {
      place.error("has two NICs with the MAC " + nic.mac->to_string(),
                  "give one of them another in the source");
    }
  }
}

// Windows keeps addresses for the adapter that it knows by its PCI device.
void check_windows(const VmPlan& plan, const Place& place) {
  std::vector<std::string> addresses;
  for (const NicPlan& nic : plan.nics) {
    for (const NicAddress& address : nic.before.addresses) addresses.push_back(to_string(address));
  }
  if (addresses.empty()) return;
  place.warn(
      "Windows takes its NICs for new ones, which have no address yet; it had " + join(addresses),
      "have them set by who converts the disk (virt-v2v), or say " +
          vm_choice(plan.source_name, "guestConfig: seed") + " (cloudbase-init)");
}

void check_vfs(const VmPlan& plan, const Place& place) {
  const bool served = std::any_of(plan.nics.begin(), plan.nics.end(),
                                  [](const NicPlan& nic) { return is_our_binding(nic.binding); });
  const bool told = std::any_of(plan.nics.begin(), plan.nics.end(),
                                [](const NicPlan& nic) { return nic.wishes.has_value(); });
  if (!told || served) return;
  place.warn("has VFs only, so that no NIC brings patchbay, and nobody tells the guest",
             "give it a NIC of another network, or say " +
                 vm_choice(plan.source_name, "guestConfig: keep"));
}

}  // namespace

void check_vm(const Vm& vm, const VmPlan& plan, const Place& place) {
  check_pod_network(plan, place);
  check_macs(plan, place);
  check_vfs(plan, place);
  if (plan.guest_config == GuestConfig::kKeep && vm.guest == "windows") check_windows(plan, place);
}

}  // namespace patchbay::cli
