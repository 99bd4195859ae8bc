#include "cli/import_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "cli/batch_conflicts.h"
#include "cli/dns_label.h"
#include "cli/network_match.h"
#include "cli/nic_model.h"
#include "cli/nic_wishes.h"
#include "cli/place.h"
#include "cli/planned_networks.h"
#include "cli/shared_errors.h"
#include "cli/suggest_map.h"
#include "cli/vm_checks.h"
#include "cli/vm_names.h"
#include "cli/vm_routes.h"
#include "plan/bindings.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

bool warns(const Nic& nic, NicWarning warning) {
  return std::find(nic.warnings.begin(), nic.warnings.end(), warning) != nic.warnings.end();
}

std::string_view binding_of(GuestConfig config) {
  switch (config) {
    case GuestConfig::kKeep:
    case GuestConfig::kDhcp:
      return kDhcpBinding;
    case GuestConfig::kCloudInit:
      return kCloudInitBinding;
    case GuestConfig::kSeed:
      return kSeedBinding;
  }
  return kDhcpBinding;
}

class Planner {
 public:
  Planner(const Inventory& inventory, const NetworkMap& map)
      : inventory_(inventory), map_(map), matcher_(inventory, map) {}

  ImportPlan run() {
    say_unused();
    const auto names = vm_names(inventory_, map_, plan_.diagnostics);
    for (const auto& [source, vm] : inventory_.vms) {
      const auto name = names.find(source);
      if (name != names.end()) plan_.vms.push_back(plan_vm(source, vm, name->second));
    }
    shared_.say(plan_.diagnostics);
    plan_networks(map_, plan_);
    const Diagnostics conflicts = find_conflicts(plan_, inventory_);
    plan_.diagnostics.insert(plan_.diagnostics.end(), conflicts.begin(), conflicts.end());
    return std::move(plan_);
  }

 private:
  struct VmContext {
    const std::string& source;
    const Vm& vm;
    const VmChoice& choice;
    GuestConfig config;
    std::optional<Method> treat_unknown_as;
    std::set<std::string> names;  // of interfaces
  };

  void say_unused() {
    for (const MapEntry* entry : matcher_.unused()) {
      plan_.diagnostics.push_back({Severity::kWarning, "", entry->where,
                                   "fits no network of the sources",
                                   "`patchbay import --list` shows the networks"});
    }
    for (const auto& [name, choice] : map_.vms) {
      if (inventory_.vms.contains(name)) continue;
      std::vector<std::string_view> known;
      for (const auto& [vm, unused] : inventory_.vms) known.push_back(vm);
      plan_.diagnostics.push_back(
          {Severity::kWarning, "", "vms." + name,
           "is no VM of the sources" + did_you_mean(name, known.data(), known.size()), ""});
    }
  }

  VmPlan plan_vm(const std::string& source, const Vm& vm, const VmName& name) {
    static const VmChoice kNone;
    const auto found = map_.vms.find(source);
    const VmChoice& choice = found == map_.vms.end() ? kNone : found->second;
    VmContext context{source,
                      vm,
                      choice,
                      choice.guest_config.value_or(map_.guest_config),
                      choice.treat_unknown_as ? choice.treat_unknown_as : map_.treat_unknown_as,
                      {}};
    VmPlan out{source, name.name_space, name.name, context.config, {}, {}};
    for (size_t i = 0; i < vm.nics.size(); ++i) plan_nic(context, i, out);
    const Place place{vm_where(source), plan_.diagnostics};
    if (context.config != GuestConfig::kKeep) {
      choose_default_route(out, place);
      if (vm.global_dns) add_global_dns(*vm.global_dns, out, place);
    }
    check_vm(vm, out, place);
    return out;
  }

  void plan_nic(VmContext& context, size_t index, VmPlan& out) {
    const Nic& nic = context.vm.nics[index];
    const std::string where = nic_where(context.source, index);
    const NetworkMatcher::Match& match = matcher_.match(nic);
    if (!match.target) return say_unmapped(nic, match, where);
    if (match.target->kind == Target::Kind::kIgnore) {
      out.left_out.emplace_back(index, match.where + " ignores " + description(nic.network));
      return;
    }
    const Place place{where, plan_.diagnostics};
    if (!check_network(nic, *match.target, where)) return;
    NicPlan plan = wired(context, index, *match.target);
    if (match.target->kind == Target::Kind::kPod) {
      explain_pod(nic, plan, place);
    } else {
      check_subnets(nic, *match.target, context.treat_unknown_as, place);
      if (!tell(context, nic, plan, place)) return;
      plan.fixed = fixed_addresses(context, nic, plan);
    }
    out.nics.push_back(std::move(plan));
  }

  void say_unmapped(const Nic& nic, const NetworkMatcher::Match& match, const std::string& where) {
    const Network& network = nic.network;
    if (network.key.empty() && network.name.empty()) {
      return shared_.add("no source says which network it is on",
                         "give one that does, such as the VM's `govc vm.info -json`", where);
    }
    if (!match.candidates.empty()) {
      std::vector<std::string> candidates;
      for (const Network* each : match.candidates) candidates.push_back(description(*each));
      return shared_.add(
          "is on " + description(network) +
              ", a name of several networks: " + join(candidates, "; "),
          network.key.empty()
              ? "map all of them to one NAD, or give a source that has the network's key, such as "
                "the VM's `govc vm.info -json`"
              : "give the map an entry for each by `key`, or name and `switch`",
          where);
    }
    if (!network.destination.empty()) {
      return shared_.add("is on " + description(network) +
                             ", which Forklift's NetworkMap sends to " +
                             in_quotes(network.destination) + ", and that is no NAD",
                         "add to the map's networks: " + suggest_entry(network), where);
    }
    shared_.add("is on " + description(network) + ", for which the map has no entry",
                "add to the map's networks: " + suggest_entry(network), where);
  }

  // What a NAD that is written here can't be.
  bool check_network(const Nic& nic, const Target& to, const std::string& where) {
    const Vlan& vlan = nic.network.vlan;
    if (to.kind != Target::Kind::kNad || to.exists) return true;
    if (vlan.mode == Vlan::Mode::kTrunk) {
      shared_.add(
          "is on " + description(nic.network) + ", and one NAD on a bridge does not pass its VLANs",
          "write a NAD that does (the bridge plugin's vlanTrunk), and map to it with "
          "`exists: true`",
          where);
      return false;
    }
    if (!warned_.insert(network_id(nic.network)).second) return true;
    const Place place{description(nic.network), plan_.diagnostics};
    if (vlan.mode == Vlan::Mode::kPrivate) {
      place.warn("is a private VLAN, and a bridge of the nodes keeps none of its VMs apart",
                 "have the switch do so, or a MultiNetworkPolicy");
    }
    if (vlan.mode == Vlan::Mode::kAccess && to.vlan != vlan.id) {
      place.warn("goes to the NAD " + in_quotes(to.nad) +
                     (to.vlan ? " of VLAN " + std::to_string(*to.vlan) : ", which is untagged"),
                 "say `vlan: " + std::to_string(vlan.id) +
                     "` for it, unless the VLAN is another there or is the bridge's port's");
    }
    return true;
  }

  NicPlan wired(VmContext& context, size_t index, const Target& target) {
    const Nic& nic = context.vm.nics[index];
    const bool pod = target.kind == Target::Kind::kPod;
    const bool vf = target.binding == kSriovBinding;
    NicPlan plan;
    plan.index = index;
    plan.source = nic.network;
    plan.target = target;
    plan.network = free_label(pod ? "pod" : dns_label(target.nad), context.names);
    plan.mac = nic.mac;
    plan.link_down = !nic.start_connected;
    plan.before = nic.addressing;
    if (!pod) {
      plan.binding = target.binding.empty() ? binding_of(context.config) : target.binding;
    }
    if (vf) return plan;
    const NicModel model = nic_model(nic.adapter, context.vm.guest, context.choice.model);
    plan.model = model.model;
    explain(plan, model.why);
    if (nic.adapter == "sriov") {
      Place{nic_where(context.source, index), plan_.diagnostics}.warn(
          "was a VF of the host's NIC, and becomes one of model " + plan.model,
          "for a VF map its network to a NAD of the SR-IOV CNI, with `exists: true` and "
          "`binding: sriov`");
    }
    return plan;
  }

  static void explain(NicPlan& plan, const std::string& why) {
    if (!why.empty()) plan.why += (plan.why.empty() ? "" : "; ") + why;
  }

  static void explain_pod(const Nic& nic, NicPlan& plan, const Place& place) {
    explain(plan, "the pod network: KubeVirt gives the address, by DHCP");
    if (nic.addressing.addresses.empty()) return;
    place.warn("goes to the pod network, where its address " +
                   to_string(nic.addressing.addresses[0]) + " can't be kept",
               "have the guest ask DHCP there, or map its network to a NAD");
  }

  // False: an error keeps the NIC out.
  bool tell(const VmContext& context, const Nic& nic, NicPlan& plan, const Place& place) {
    if (context.config == GuestConfig::kKeep) return keep(context, nic, plan, place);
    if (is_undecided(nic, context.treat_unknown_as)) {
      shared_.add("no source says whether its addresses are static or from DHCP",
                  "say `treatUnknownAs: static` or `dhcp` in the map, for all or in its vms",
                  place.where);
      return false;
    }
    const bool given = !nic.addressing.addresses.empty();
    if (given && warns(nic, NicWarning::kTrunk) && warns(nic, NicWarning::kSeveralGuestEntries)) {
      place.error("has addresses on VLANs inside the guest, which can't be given from outside",
                  vm_choice(context.source, "guestConfig: keep"));
      return false;
    }
    const size_t before = plan_.diagnostics.size();
    plan.wishes = nic_wishes(nic, plan.target, context.treat_unknown_as, place);
    if (warns(nic, NicWarning::kGatewayOutsideSubnet)) {
      place.warn(
          "its gateway is outside its subnets, reached by a route that not every guest takes",
          "correct it in the guest, or see that the VM keeps it");
    }
    if (plan.binding == kSriovBinding && context.config == GuestConfig::kDhcp) {
      place.error("is a VF, which nothing in the pod can answer DHCP for",
                  vm_choice(context.source, "guestConfig: seed"));
    }
    if (context.config == GuestConfig::kDhcp) {
      warn_of_one_lease(context, *plan.wishes, place);
      expect_responder(plan);
    }
    explain(plan, "told by " + std::string(name(context.config)));
    return !std::any_of(plan_.diagnostics.begin() + static_cast<ptrdiff_t>(before),
                        plan_.diagnostics.end(),
                        [](const Diagnostic& d) { return d.severity == Severity::kError; });
  }

  static std::vector<IpAddress> fixed_addresses(const VmContext& context, const Nic& nic,
                                                const NicPlan& plan) {
    if (!plan.wishes) return kept_addresses(nic.addressing, context.treat_unknown_as);
    std::vector<IpAddress> told;
    for (const IpPrefix& prefix : plan.wishes->addresses) told.push_back(prefix.address);
    return told;
  }

  // RFC 2131: an answer has one address, `yiaddr`.
  static void warn_of_one_lease(const VmContext& context, const NetworkWishes& wishes,
                                const Place& place) {
    std::vector<IpPrefix> addresses;
    for (const IpPrefix& prefix : wishes.addresses) {
      if (prefix.family() == Family::kIpv4) addresses.push_back(prefix);
    }
    if (addresses.size() < 2) return;
    place.warn("has the IPv4 addresses " + to_string(addresses) + ", and DHCP gives it the first",
               "say " + vm_choice(context.source, "guestConfig: seed"));
  }

  // Once for a NAD that is not written here.
  void expect_responder(const NicPlan& plan) {
    const Target& to = plan.target;
    const std::string nad = to.name_space + "/" + to.nad;
    if (!needs_responder(plan) || !to.exists || !warned_.insert("NAD " + nad).second) return;
    Place{"NAD " + nad, plan_.diagnostics}.warn(
        "has VMs that are told their addresses by DHCP, and is not written here",
        "write \"patchbay\": {\"responder\": true} into its configuration, for patchbay-cni to "
        "answer them");
  }

  bool keep(const VmContext& context, const Nic& nic, NicPlan& plan, const Place& place) {
    if (is_our_binding(plan.binding) && plan.binding != kDhcpBinding) {
      place.error("keeps its guest's configuration, but the map gives it the binding " +
                      in_quotes(plan.binding) + ", which tells the guest another",
                  "leave out the binding, or say another guestConfig for the VM");
      return false;
    }
    explain(plan, "the guest keeps its configuration");
    if (context.vm.guest == "windows") return true;  // said once for the VM
    explain(plan, nic.pci_slot
                      ? "a name after the PCI slot, as ens" + std::to_string(*nic.pci_slot) +
                            ", will be another: what names the NIC by MAC holds"
                      : "a name after the PCI slot (ens…, enp…) may be another: what names "
                        "the NIC by MAC holds");
    return true;
  }

  const Inventory& inventory_;
  const NetworkMap& map_;
  NetworkMatcher matcher_;
  SharedErrors shared_;
  std::set<std::string> warned_;
  ImportPlan plan_;
};

}  // namespace

bool needs_responder(const NicPlan& nic) {
  return nic.binding == kDhcpBinding && nic.wishes && !nic.wishes->addresses.empty();
}

ImportPlan plan_import(const Inventory& inventory, const NetworkMap& map) {
  return Planner(inventory, map).run();
}

}  // namespace patchbay::cli
