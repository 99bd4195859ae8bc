#include "plan/make_plan.h"

#include <algorithm>
#include <map>

#include "plan/addressing.h"
#include "plan/annotation.h"
#include "plan/default_route.h"
#include "plan/dhcp_binding.h"
#include "plan/domain_wishes.h"
#include "plan/error.h"
#include "plan/guard_check.h"
#include "plan/migration.h"
#include "plan/names.h"
#include "plan/sameness.h"

namespace patchbay {
namespace {

using Wishes = std::map<std::string, NetworkWishes>;

// All that is known of one VMI interface, before anything is decided.
struct Nic {
  const VmiInterface* interface;
  const VmiNetwork* network;
  bool ours;
  IfName pod_name;
  IfName tap_name;
  const PodLink* pod_link;
  const PodLink* tap_link;
  std::optional<Record> record;
  const NetworkWishes* wishes;
  const NetworkInfo::Interface* info;
  const NetworkStatus::Interface* status;
};

const NetworkInfo::Interface* find_info(const NetworkInfo& info, const std::string& network) {
  const auto found =
      std::find_if(info.interfaces.begin(), info.interfaces.end(),
                   [&](const NetworkInfo::Interface& i) { return i.network == network; });
  return found == info.interfaces.end() ? nullptr : &*found;
}

Nic look_at(const PlanInput& input, const VmiInterface& interface, const Wishes& wishes,
            Diagnostics& diagnostics) {
  Nic nic{};
  nic.interface = &interface;
  nic.network = find_network(input.vmi, interface.name);
  nic.ours = is_our_binding(interface.plugin);
  const LinkNames names = link_names(interface.name);
  nic.pod_name = nic.network->pod ? IfName::parse(kPodNetworkLink) : names.pod;
  nic.tap_name = nic.network->pod ? IfName::parse(kPodNetworkTap) : names.tap;
  nic.pod_link = find_link(input.pod, nic.pod_name.str());
  nic.tap_link = find_link(input.pod, nic.tap_name.str());
  try {
    nic.record = find_record(input.pod, names.record);
  } catch (const Error& error) {
    diagnostics.push_back({Severity::kError, interface.name, error.where(), error.message(),
                           "patchbay-cni wrote it: install it and the sidecar's image from the "
                           "same version, and see its log on the node"});
  }
  const auto wish = wishes.find(interface.name);
  nic.wishes = wish == wishes.end() ? nullptr : &wish->second;
  nic.info = find_info(input.network_info, interface.name);
  nic.status = find_status(input.network_status, nic.pod_name.str());
  return nic;
}

// Whether something stronger than network-status has the NIC's addresses, or nobody is told any.
bool is_told_without_status(const Nic& nic) {
  return nic.interface->plugin == kDhcpBinding || nic.record.has_value() ||
         (nic.pod_link != nullptr && !nic.pod_link->addresses.empty()) ||
         (nic.wishes != nullptr && (nic.wishes->ipv4 || nic.wishes->ipv6));
}

void judge_status(const Nic& nic, Diagnostics& diagnostics) {
  if (!nic.ours || nic.status == nullptr || nic.status->mistake.empty()) return;
  diagnostics.push_back({is_told_without_status(nic) ? Severity::kWarning : Severity::kError,
                         nic.interface->name, "network-status",
                         "what it says of " + nic.pod_name.str() +
                             " can't be read, and does not count: " + nic.status->mistake,
                         "Multus writes it, of what the network's plugin answered; it is not "
                         "needed where patchbay-cni is installed on the node or the VM's "
                         "annotation patchbay.io/networks has the addresses"});
}

bool is_attachment(const Nic& nic) {
  return nic.ours || nic.record.has_value() || nic.wishes != nullptr;
}

std::string binding_of(const Nic& nic) {
  return nic.interface->plugin.empty() ? nic.interface->binding : nic.interface->plugin;
}

// The guest's MAC and who says so; nothing where nobody knows it.
std::optional<std::pair<Mac, MacSource>> mac_of(const Nic& nic) {
  if (nic.interface->mac) return std::pair(*nic.interface->mac, MacSource::kSpec);
  if (nic.interface->guest_mac) return std::pair(*nic.interface->guest_mac, MacSource::kStatus);
  if (nic.info != nullptr && nic.info->mac)
    return std::pair(*nic.info->mac, MacSource::kNetworkInfo);
  if (nic.record && !nic.record->mac.is_zero()) {
    return std::pair(nic.record->mac, MacSource::kRecord);
  }
  if (nic.pod_link != nullptr && !nic.pod_link->mac.is_zero()) {
    return std::pair(nic.pod_link->mac, MacSource::kPodInterface);
  }
  if (nic.status != nullptr && nic.status->mac) {
    return std::pair(*nic.status->mac, MacSource::kNetworkStatus);
  }
  return std::nullopt;
}

// Links whose device takes only frames for its own MAC: a guest with another hears nothing.
bool filters_by_mac(const PodLink& link) {
  return link.kind.empty() || link.kind == "macvlan" || link.kind == "ipvlan" ||
         link.kind == kMacvtapKind;
}

// What the network knows the pod by: a port of an in-pod bridge has another MAC for the time being.
Mac network_mac(const Nic& nic) {
  return nic.record && !nic.record->mac.is_zero() ? nic.record->mac : nic.pod_link->mac;
}

void check_spec_mac(const Nic& nic, const std::string& link, Diagnostics& diagnostics) {
  const Mac& spec = *nic.interface->mac;
  const Mac mac = network_mac(nic);
  if (spec == mac) return;
  const bool deaf = filters_by_mac(*nic.pod_link);
  const bool mute = nic.record && nic.record->wiring.mac_spoof_check;
  std::string message =
      "macAddress is " + spec.to_string() + ", but " + link + " has " + mac.to_string();
  if (deaf) message += ", and takes no frames for another MAC";
  if (mute) message += ", and macspoofchk drops what another MAC sends";
  diagnostics.push_back(
      {deaf || mute ? Severity::kError : Severity::kWarning, nic.interface->name,
       "VMI.spec.domain.devices.interfaces", message,
       deaf || mute ? "use a plugin that takes the MAC it is given, or leave macAddress out"
                    : "it works on a plain bridge, not behind a filter by MAC: let the network's "
                      "plugin take the MAC"});
}

void check_mac(const Nic& nic, Diagnostics& diagnostics) {
  if (!nic.ours || nic.pod_link == nullptr || nic.pod_link->mac.is_zero()) return;
  const std::string link = nic.pod_name.str() + " (" +
                           (nic.pod_link->kind.empty() ? "device" : nic.pod_link->kind) + ")";
  if (nic.interface->mac) {
    check_spec_mac(nic, link, diagnostics);
    return;
  }
  const bool deaf = filters_by_mac(*nic.pod_link);
  if (!deaf && !(nic.record && nic.record->wiring.mac_spoof_check)) return;
  diagnostics.push_back({Severity::kWarning, nic.interface->name,
                         "VMI.spec.domain.devices.interfaces",
                         "macAddress is not set, and " + link +
                             (deaf ? " takes only frames for its own MAC"
                                   : " passes only its own MAC (macspoofchk)") +
                             ", which is another in the pod that a migration starts",
                         "write macAddress in the VM's interface before migrating it"});
}

// What to do about a NIC for which the pod has no tap of ours.
std::string cure(const Nic& nic, const PodState& pod) {
  const std::string device = nic.info == nullptr ? "" : nic.info->device_type;
  if (device == "vdpa" || device == "vhost-user") {
    return "its device is " + device + ", which has a binding plugin of its own: use that";
  }
  if (device == "pci") return "its device is a PCI function on vfio-pci: write sriov: {} instead";
  if (find_link(pod, kFirstOrdinalLink) != nullptr) {
    return "the pod has the link names of an old KubeVirt (net1, …), which this version does not "
           "serve: restart the VM";
  }
  return "check that the binding is registered with networkAttachmentDefinition, that patchbay-cni "
         "is installed on the node, and read its answer in the pod's events";
}

Diagnostic not_in_the_pod(const Nic& nic, const PodState& pod) {
  return {Severity::kError, nic.interface->name, "pod",
          "expected the link " + nic.tap_name.str() + " in the pod, found none" +
              (nic.pod_link == nullptr ? ", nor " + nic.pod_name.str() : ""),
          cure(nic, pod)};
}

// Where the NIC is connected; nothing, with an error, where it can't be.
std::optional<Backend> backend_of(const Nic& nic, const PodState& pod, std::string& reason,
                                  Diagnostics& diagnostics) {
  if (!nic.ours) {
    reason = "wired by KubeVirt: " + binding_of(nic);
    return Backend::kCore;
  }
  if (nic.network->pod) {
    diagnostics.push_back(
        {Severity::kError, nic.interface->name, "VMI.spec.domain.devices.interfaces",
         "binding " + binding_of(nic) + " serves Multus networks, this is the pod network",
         "write masquerade: {} for it"});
    return std::nullopt;
  }
  if (nic.record) {
    reason = nic.record->why;
    if (const auto backend = backend_named(nic.record->backend)) return backend;
    diagnostics.push_back({Severity::kError, nic.interface->name, "record.backend",
                           "expected a backend's name, found " + in_quotes(nic.record->backend),
                           "install patchbay-cni and the sidecar's image of the same version"});
    return std::nullopt;
  }
  if (nic.tap_link != nullptr) {
    reason = nic.tap_name.str() + " was there, without a record";
    return Backend::kTap;
  }
  if (nic.pod_link != nullptr) {
    const bool tap = nic.pod_link->kind == kTapKind;
    reason =
        nic.pod_name.str() + " is a " + (tap ? "tap" : nic.pod_link->kind) + ", without a record";
    if (tap) return Backend::kTap;
    if (nic.pod_link->kind == kMacvtapKind) return Backend::kMacvtap;
  }
  diagnostics.push_back(not_in_the_pod(nic, pod));
  return std::nullopt;
}

// What QEMU opens: the pod's interface itself where the network's plugin made a tap or macvtap of
// it.
bool opens_pod_interface(const Nic& nic, Backend backend) {
  return backend == Backend::kMacvtap || (backend == Backend::kTap && nic.tap_link == nullptr);
}

uint32_t mtu_of(const Nic& nic, Diagnostics& diagnostics) {
  uint32_t carried = 0;
  if (nic.record && nic.record->mtu != 0) {
    carried = nic.record->mtu;
  } else if (nic.pod_link != nullptr) {
    carried = nic.pod_link->mtu;
  } else if (nic.info != nullptr) {
    carried = nic.info->mtu.value_or(0);
  } else if (nic.status != nullptr) {
    carried = nic.status->mtu.value_or(0);
  }
  if (nic.wishes == nullptr || !nic.wishes->mtu) return carried;
  if (carried != 0 && *nic.wishes->mtu > carried) {
    diagnostics.push_back({Severity::kError, nic.interface->name,
                           "annotation " + std::string(kNetworksAnnotation) + ".mtu",
                           "asks for " + std::to_string(*nic.wishes->mtu) + ", but " +
                               nic.pod_name.str() + " carries " + std::to_string(carried) +
                               ": longer frames would be lost",
                           "raise the NAD's mtu or lower this one"});
  }
  return *nic.wishes->mtu;
}

void address(const Nic& nic, Attachment& attachment, Diagnostics& diagnostics) {
  judge_status(nic, diagnostics);
  // A guest of patchbay-dhcp is told no address: one without its prefix length is no mistake there.
  const bool asks_status = nic.ours && attachment.binding != kDhcpBinding;
  choose_addressing({.wishes = nic.wishes,
                     .record = nic.record ? &*nic.record : nullptr,
                     .pod_link = nic.ours && !nic.record ? nic.pod_link : nullptr,
                     .status = asks_status ? nic.status : nullptr},
                    attachment, diagnostics);
  if (nic.record) judge_guard(*nic.record, attachment, diagnostics);
  lease_of(attachment);
  leave_to_dhcp(nic.wishes, attachment, diagnostics);
}

std::optional<Attachment> attach(const Nic& nic, const PlanInput& input, Diagnostics& diagnostics) {
  Attachment attachment;
  attachment.network = nic.interface->name;
  attachment.nad = nic.network->nad;
  attachment.binding = binding_of(nic);
  attachment.ours = nic.ours;
  const auto backend = backend_of(nic, input.pod, attachment.backend_reason, diagnostics);
  if (!backend) return std::nullopt;
  attachment.backend = *backend;
  if (nic.ours || nic.pod_link != nullptr) attachment.pod_interface = nic.pod_name;
  const bool plugins_own = opens_pod_interface(nic, *backend);
  if (nic.ours) attachment.tap = plugins_own ? nic.pod_name : nic.tap_name;
  const auto mac = mac_of(nic);
  if (!mac) {
    diagnostics.push_back({Severity::kError, nic.interface->name,
                           "VMI.spec.domain.devices.interfaces",
                           "the guest's MAC address is not known: it is neither in the VM's spec, "
                           "nor in network-info, nor on a link of the pod",
                           "write macAddress in the VM's interface"});
    return std::nullopt;
  }
  std::tie(attachment.mac, attachment.mac_source) = *mac;
  check_mac(nic, diagnostics);
  attachment.mtu = mtu_of(nic, diagnostics);
  if (nic.record) {
    attachment.ipam = nic.record->ipam;
    attachment.wiring = nic.record->wiring;
  }
  address(nic, attachment, diagnostics);
  if (nic.wishes != nullptr) {
    attachment.guest_name = nic.wishes->guest_name;
    attachment.never_default = !nic.wishes->default_route.value_or(true);
    attachment.source_routing = nic.wishes->source_routing;
  }
  if (nic.ours) {
    attachment.domain = domain_wishes(input.vmi, *nic.interface,
                                      plugins_own ? nic.pod_link : nic.tap_link, diagnostics);
  }
  return attachment;
}

void refuse_unknown_networks(const Vmi& vmi, const Wishes& wishes, Diagnostics& diagnostics) {
  std::vector<std::string_view> known;
  for (const VmiInterface& interface : vmi.interfaces) known.push_back(interface.name);
  for (const auto& [network, ignored] : wishes) {
    if (std::find(known.begin(), known.end(), network) != known.end()) continue;
    diagnostics.push_back(
        {Severity::kError, network, "annotation " + std::string(kNetworksAnnotation),
         "the VM has no interface of this name" + did_you_mean(network, known.data(), known.size()),
         "use the names in spec.domain.devices.interfaces"});
  }
}

}  // namespace

NetworkPlan make_plan(const PlanInput& input) {
  NetworkPlan plan;
  plan.vmi = input.vmi.namespace_ + "/" + input.vmi.name;
  plan.guest = guest_of(input.vmi.guest, plan.diagnostics);
  plan.first_boot_only = !applied_at_each_boot(input.vmi.guest, plan.diagnostics);
  const Wishes wishes = parse_networks_annotation(input.vmi.networks_annotation, plan.diagnostics);
  refuse_unknown_networks(input.vmi, wishes, plan.diagnostics);
  for (const VmiInterface& interface : input.vmi.interfaces) {
    if (interface.state == kAbsent) continue;
    plan.order.push_back(interface.name);
    const Nic nic = look_at(input, interface, wishes, plan.diagnostics);
    if (!is_attachment(nic)) {
      const auto mac = mac_of(nic);
      plan.others.push_back({interface.name, binding_of(nic), mac ? mac->first : Mac(), {}});
    } else if (auto attachment = attach(nic, input, plan.diagnostics)) {
      judge_migration(input.vmi, interface, *attachment, plan.diagnostics);
      plan.attachments.push_back(*std::move(attachment));
    }
  }
  judge_sameness(plan, plan.diagnostics);
  choose_default_route(input.vmi, wishes, plan);
  return plan;
}

std::vector<std::string> networks_awaiting_status(const PlanInput& input) {
  const auto lists = [&](const std::string& nad) {
    return std::any_of(input.network_status.interfaces.begin(),
                       input.network_status.interfaces.end(),
                       [&](const NetworkStatus::Interface& each) { return each.name == nad; });
  };
  std::vector<std::string> networks;
  Diagnostics ignored;  // make_plan's to tell
  const Wishes wishes = parse_networks_annotation(input.vmi.networks_annotation, ignored);
  for (const VmiInterface& interface : input.vmi.interfaces) {
    if (interface.state == kAbsent) continue;
    const Nic nic = look_at(input, interface, wishes, ignored);
    const bool told =
        is_told_without_status(nic) || nic.status != nullptr || lists(nic.network->nad);
    if (nic.ours && !told) networks.push_back(interface.name);
  }
  return networks;
}

}  // namespace patchbay
