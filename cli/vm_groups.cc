#include "cli/vm_groups.h"

#include <algorithm>
#include <map>
#include <set>

namespace patchbay::cli {
namespace {

std::set<Mac> nic_macs(const VmReading& vm) {
  std::set<Mac> macs;
  for (const Nic& nic : vm.nics) {
    if (nic.mac) macs.insert(*nic.mac);
  }
  return macs;
}

template <typename Range>
bool share(const Range& one, const Range& other) {
  return std::any_of(one.begin(), one.end(), [&](const auto& element) {
    return std::find(other.begin(), other.end(), element) != other.end();
  });
}

bool same_vm(const VmReading& one, const VmReading& other) {
  const bool one_uuid = share(one.uuids, other.uuids);
  if (!one.moid.empty() && !other.moid.empty()) {
    return one.moid == other.moid && (one_uuid || one.uuids.empty() || other.uuids.empty());
  }
  if (one_uuid) return true;
  if (one.name != other.name) return false;
  const std::set<Mac> macs = nic_macs(one);
  const std::set<Mac> other_macs = nic_macs(other);
  return macs.empty() || other_macs.empty() || share(macs, other_macs);
}

class Grouping {
 public:
  explicit Grouping(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void add_named(const VmReading& vm) {
    for (VmGroup& group : groups_) {
      const auto& readings = group.readings;
      if (std::any_of(readings.begin(), readings.end(),
                      [&](const VmReading* known) { return same_vm(*known, vm); })) {
        return join(group, vm);
      }
    }
    open(vm.name, vm);
  }

  void add_unnamed(const VmReading& vm) {
    const std::set<size_t> owners = owners_of(vm);
    if (owners.size() == 1) return join(groups_[*owners.begin()], vm);
    const std::set<Mac> macs = nic_macs(vm);
    if (owners.empty() && !macs.empty()) {
      const std::string name = "unnamed " + macs.begin()->to_string();
      say(vm, "names no VM, and none of those given has its MACs: listed as \"" + name + "\"");
      return open(name, vm);
    }
    say(vm, owners.empty() ? "names no VM, and none of those given has one of its MACs: left out"
                           : "names no VM, and several of those given have its MACs: left out");
  }

  std::vector<VmGroup> take() { return std::move(groups_); }

 private:
  void open(const std::string& name, const VmReading& vm) {
    groups_.push_back({name, {}});
    join(groups_.back(), vm);
  }

  void join(VmGroup& group, const VmReading& vm) {
    group.readings.push_back(&vm);
    const auto index = static_cast<size_t>(&group - groups_.data());
    for (const Mac& mac : nic_macs(vm)) by_mac_[mac].insert(index);
    for (const std::string& uuid : vm.uuids) by_uuid_[uuid].insert(index);
  }

  std::set<size_t> owners_of(const VmReading& vm) const {
    for (const std::string& uuid : vm.uuids) {
      if (const auto found = by_uuid_.find(uuid); found != by_uuid_.end()) return found->second;
    }
    std::set<Mac> macs = nic_macs(vm);
    for (const GuestReport& report : vm.reports) {
      for (const GuestNic& nic : report.nics) {
        if (nic.mac) macs.insert(*nic.mac);
      }
    }
    std::set<size_t> owners;
    for (const Mac& mac : macs) {
      const auto found = by_mac_.find(mac);
      if (found != by_mac_.end()) owners.insert(found->second.begin(), found->second.end());
    }
    return owners;
  }

  void say(const VmReading& vm, const std::string& message) {
    diagnostics_.push_back({Severity::kWarning, "", vm.source, message,
                            "add the VM's `govc vm.info -json`, or oVirt's JSON of the VM"});
  }

  Diagnostics& diagnostics_;
  std::vector<VmGroup> groups_;
  std::map<Mac, std::set<size_t>> by_mac_;
  std::map<std::string, std::set<size_t>> by_uuid_;
};

}  // namespace

// Hardware before what only the guest reports: that is found by the hardware's MACs.
std::vector<VmGroup> group_vms(const std::vector<Reading>& readings, Diagnostics& diagnostics) {
  Grouping grouping(diagnostics);
  for (const bool named : {true, false}) {
    for (const bool hardware : {true, false}) {
      for (const Reading& reading : readings) {
        for (const VmReading& vm : reading.vms) {
          if (vm.name.empty() == named || vm.nics.empty() == hardware) continue;
          named ? grouping.add_named(vm) : grouping.add_unnamed(vm);
        }
      }
    }
  }
  return grouping.take();
}

}  // namespace patchbay::cli
