// All readings joined to one inventory: which of them speak of the same VM, which of their NICs are
// one, and whose word is taken where they differ.
#include <algorithm>
#include <functional>
#include <set>

#include "cli/guest_addressing.h"
#include "cli/network_table.h"
#include "cli/source.h"
#include "cli/vm_groups.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr char kFirstTaken[] = "leave out the source that is out of date";

struct SeenNic {
  const VmReading* reading;
  const Nic* nic;
};
using NicGroup = std::vector<SeenNic>;

// A static-IP string has MACs only.
bool describes_hardware(const Nic& nic) { return !nic.adapter.empty() || nic.network != Network{}; }

class VmMerger {
 public:
  VmMerger(const VmGroup& group, const NetworkTable& table, Diagnostics& diagnostics)
      : group_(group), table_(table), diagnostics_(diagnostics) {}

  Vm run() {
    for (const VmReading* reading : group_.readings) {
      if (std::find(vm_.sources.begin(), vm_.sources.end(), reading->source) == vm_.sources.end()) {
        vm_.sources.push_back(reading->source);
      }
    }
    vm_.moid = pick("object id", &VmReading::moid);
    vm_.guest = pick("guest", &VmReading::guest);
    vm_.firmware = pick("firmware", &VmReading::firmware);
    vm_.power_state = pick("power state", &VmReading::power_state);
    vm_.memory_mib = pick("memory in MiB", &VmReading::memory_mib);
    for (const VmReading* reading : group_.readings) {
      if (vm_.sockets != 0) break;  // not all sources know how cores are grouped
      vm_.sockets = reading->sockets;
      vm_.cores = reading->cores;
    }
    for (const NicGroup& seen : group_nics()) vm_.nics.push_back(merge(seen));
    add_guest();
    for (Nic& nic : vm_.nics) add_warnings(nic);
    return std::move(vm_);
  }

 private:
  void differ(const std::string& what, const std::string& source, const std::string& value,
              const std::string& other_source, const std::string& other) {
    diagnostics_.push_back({Severity::kWarning, "", source + ", " + other_source,
                            "VM " + in_quotes(group_.name) + ", " + what + ": " + value + " in " +
                                source + ", " + other + " in " + other_source +
                                "; the former is taken",
                            kFirstTaken});
  }

  static std::string shown(const std::string& text) { return in_quotes(text); }
  static std::string shown(uint64_t number) { return std::to_string(number); }

  template <typename T>
  T pick(const std::string& what, T VmReading::*field) {
    const VmReading* first = nullptr;
    for (const VmReading* reading : group_.readings) {
      if (reading->*field == T()) continue;
      if (!first) first = reading;
      if (first->*field != reading->*field) {
        differ(what, first->source, shown(first->*field), reading->source, shown(reading->*field));
      }
    }
    return first ? first->*field : T();
  }

  // The reading that numbers the hardware first, those that only know MACs last.
  std::vector<const VmReading*> by_trust() const {
    std::vector<const VmReading*> readings = group_.readings;
    const auto rank = [](const VmReading* reading) {
      if (reading->nics.empty()) return 3;
      if (reading->nics[0].device_key) return 0;
      return describes_hardware(reading->nics[0]) ? 1 : 2;
    };
    std::stable_sort(readings.begin(), readings.end(),
                     [&](const auto* one, const auto* other) { return rank(one) < rank(other); });
    return readings;
  }

  static std::optional<Mac> mac_of(const NicGroup& seen) {
    for (const SeenNic& one : seen) {
      if (one.nic->mac) return one.nic->mac;
    }
    return std::nullopt;
  }

  // By key, by MAC, and by place where one of both has no MAC.
  static NicGroup* find(std::vector<NicGroup>& groups, const Nic& nic, size_t place) {
    for (NicGroup& seen : groups) {
      if (nic.device_key && seen[0].nic->device_key == nic.device_key) return &seen;
    }
    for (NicGroup& seen : groups) {
      if (nic.mac && mac_of(seen) == nic.mac) return &seen;
    }
    const bool fits = place < groups.size() && (!nic.mac || !mac_of(groups[place]));
    return fits ? &groups[place] : nullptr;
  }

  std::vector<NicGroup> group_nics() {
    std::vector<NicGroup> groups;
    for (const VmReading* reading : by_trust()) {
      const bool first = groups.empty();
      for (size_t i = 0; i < reading->nics.size(); ++i) {
        const Nic& nic = reading->nics[i];
        NicGroup* same = first ? nullptr : find(groups, nic, i);
        if (same) {
          same->push_back({reading, &nic});
          continue;
        }
        if (!first && !describes_hardware(nic)) continue;
        if (!first) {
          const VmReading& other = *groups[0][0].reading;
          differ("NIC " + nic.mac_as_configured, other.source, "none", reading->source, "one");
          continue;
        }
        groups.push_back({{reading, &nic}});
      }
    }
    return groups;
  }

  std::string number(const NicGroup& seen) const {
    return "NIC " + std::to_string(vm_.nics.size()) +
           (seen[0].nic->mac_as_configured.empty() ? "" : " " + seen[0].nic->mac_as_configured);
  }

  // The first that is said; `what` is compared as `text` gives it, empty where not said.
  const SeenNic* pick(const NicGroup& seen, const std::string& what,
                      const std::function<std::string(const Nic&)>& text) {
    const SeenNic* first = nullptr;
    for (const SeenNic& one : seen) {
      if (text(*one.nic).empty()) continue;
      if (!first) first = &one;
      const std::string taken = text(*first->nic);
      if (taken != text(*one.nic)) {
        differ(number(seen) + ", " + what, first->reading->source, in_quotes(taken),
               one.reading->source, in_quotes(text(*one.nic)));
      }
    }
    return first;
  }

  Nic merge(const NicGroup& seen) {
    Nic out = *seen[0].nic;
    if (const auto* one =
            pick(seen, "MAC", [](const Nic& nic) { return nic.mac ? nic.mac->to_string() : ""; })) {
      out.mac = one->nic->mac;
      out.mac_as_configured = one->nic->mac_as_configured;
    }
    if (const auto* one = pick(seen, "adapter", [](const Nic& nic) { return nic.adapter; })) {
      out.adapter = one->nic->adapter;
    }
    const auto* key = pick(seen, "network", [](const Nic& nic) { return nic.network.key; });
    const auto* name =
        pick(seen, "network", [](const Nic& nic) { return display_name(nic.network); });
    if (key || name) out.network = (key ? key : name)->nic->network;
    if (name && out.network.name.empty()) out.network.name = name->nic->network.name;
    pick(seen, "connected at start", [](const Nic& nic) -> std::string {
      return !describes_hardware(nic) ? "" : nic.start_connected ? "yes" : "no";
    });
    for (const SeenNic& one : seen) {
      if (!out.pci_slot) out.pci_slot = one.nic->pci_slot;
    }
    if (!table_.complete(out.network)) out.warnings.push_back(NicWarning::kNetworkAmbiguous);
    return out;
  }

  struct Finding {
    const GuestReport* report;
    GuestFinding guest;
  };

  std::vector<Finding> interpret_all() const {
    std::vector<const GuestReport*> reports;
    std::vector<GuestName> names;
    for (const VmReading* reading : group_.readings) {
      for (const GuestReport& report : reading->reports) {
        reports.push_back(&report);
        for (const GuestNic& nic : report.nics) {
          if (nic.mac && !nic.name.empty()) names.push_back({nic.name, *nic.mac});
        }
      }
    }
    std::stable_sort(reports.begin(), reports.end(),
                     [](const auto* one, const auto* other) { return one->kind < other->kind; });
    std::vector<Finding> findings;
    for (const GuestReport* report : reports) {
      findings.push_back({report, interpret(*report, vm_.nics, names)});
    }
    return findings;
  }

  // The most trusted that knows the method, else that has addresses, else that has anything.
  static const Finding* best_for(const std::vector<Finding>& findings, size_t nic) {
    const auto at_least = [&](const auto& good) {
      return std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
        const auto& found = finding.guest.nics[nic];
        return found && good(found->addressing);
      });
    };
    auto best = at_least([](const Addressing& a) { return a.method != Method::kUnknown; });
    if (best == findings.end())
      best = at_least([](const Addressing& a) { return !a.addresses.empty(); });
    if (best == findings.end()) best = at_least([](const Addressing&) { return true; });
    return best == findings.end() ? nullptr : &*best;
  }

  static std::set<IpAddress> bare(const Addressing& addressing) {
    std::set<IpAddress> addresses;
    for (const NicAddress& address : addressing.addresses) addresses.insert(address.address);
    return addresses;
  }

  static std::string listed(const Addressing& addressing) {
    std::vector<std::string> texts;
    for (const NicAddress& address : addressing.addresses) texts.push_back(to_string(address));
    return join(texts);
  }

  void compare(size_t nic, const Finding& best, const std::vector<Finding>& findings) {
    const Addressing& taken = best.guest.nics[nic]->addressing;
    for (const Finding& other : findings) {
      const auto& found = other.guest.nics[nic];
      if (&other == &best || !found || found->addressing.addresses.empty()) continue;
      if (bare(found->addressing) == bare(taken)) continue;
      differ("NIC " + std::to_string(nic) + ", fixed addresses", best.report->source, listed(taken),
             other.report->source, listed(found->addressing));
    }
  }

  void add_guest() {
    const std::vector<Finding> findings = interpret_all();
    const GuestFinding* leading = nullptr;
    for (size_t i = 0; i < vm_.nics.size(); ++i) {
      const Finding* best = best_for(findings, i);
      if (!best) {
        vm_.nics[i].warnings.push_back(NicWarning::kNoGuestInfo);
        continue;
      }
      if (!leading) leading = &best->guest;
      const NicFinding& finding = *best->guest.nics[i];
      vm_.nics[i].addressing = finding.addressing;
      vm_.nics[i].warnings.insert(vm_.nics[i].warnings.end(), finding.warnings.begin(),
                                  finding.warnings.end());
      compare(i, *best, findings);
    }
    if (leading) {
      vm_.warnings = leading->warnings;
      vm_.global_dns = leading->global_dns;
    } else {
      vm_.warnings.push_back("no-guest-info");
    }
    for (const Finding& finding : findings) {
      for (const std::string& text : finding.guest.ignored) {
        if (std::find(vm_.ignored.begin(), vm_.ignored.end(), text) == vm_.ignored.end()) {
          vm_.ignored.push_back(text);
        }
      }
    }
  }

  static void add_warnings(Nic& nic) {
    if (nic.adapter == "sriov") nic.warnings.push_back(NicWarning::kSriov);
    if (nic.network.vlan.mode == Vlan::Mode::kPrivate) {
      nic.warnings.push_back(NicWarning::kPrivateVlan);
    }
    if (nic.network.vlan.mode == Vlan::Mode::kTrunk) nic.warnings.push_back(NicWarning::kTrunk);
    if (!nic.start_connected) nic.warnings.push_back(NicWarning::kNotConnectedAtStart);
    if (!nic.mac) nic.warnings.push_back(NicWarning::kNoMac);
    std::sort(nic.warnings.begin(), nic.warnings.end());
  }

  const VmGroup& group_;
  const NetworkTable& table_;
  Diagnostics& diagnostics_;
  Vm vm_;
};

std::string free_name(const Inventory& inventory, const std::string& name) {
  if (!inventory.vms.contains(name)) return name;
  for (size_t i = 2;; ++i) {
    const std::string next = name + " (" + std::to_string(i) + ")";
    if (!inventory.vms.contains(next)) return next;
  }
}

// What is compared pair by pair has to end.
void check_size(const std::vector<Reading>& readings) {
  size_t vms = 0;
  size_t networks = 0;
  for (const Reading& reading : readings) {
    vms += reading.vms.size();
    networks += reading.networks.size() + reading.switches.size() + reading.host_portgroups.size();
    if (vms > kMaxVms || networks > kMaxVms) {
      throw Error(Errc::kInvalidInput,
                  "has, with the files before it, more than " + std::to_string(kMaxVms) +
                      " VMs or networks; import them in parts",
                  reading.source);
    }
    for (const VmReading& vm : reading.vms) {
      if (vm.nics.size() <= kMaxNics) continue;
      throw Error(Errc::kInvalidInput, "gives a VM more than " + std::to_string(kMaxNics) + " NICs",
                  reading.source);
    }
  }
}

}  // namespace

Inventory merge_readings(const std::vector<Reading>& readings) {
  check_size(readings);
  Inventory inventory;
  for (const Reading& reading : readings) {
    inventory.diagnostics.insert(inventory.diagnostics.end(), reading.diagnostics.begin(),
                                 reading.diagnostics.end());
  }
  const NetworkTable table(readings, inventory.diagnostics);
  for (const VmGroup& group : group_vms(readings, inventory.diagnostics)) {
    const std::string name = free_name(inventory, group.name);
    Vm vm = VmMerger(group, table, inventory.diagnostics).run();
    if (name != group.name) {
      inventory.diagnostics.push_back({Severity::kWarning, "", join(vm.sources),
                                       "several VMs are called " + in_quotes(group.name) +
                                           "; this one is listed as " + in_quotes(name),
                                       "give them names of their own"});
    }
    inventory.vms.emplace(name, std::move(vm));
  }
  inventory.networks = table.networks();
  return inventory;
}

}  // namespace patchbay::cli
