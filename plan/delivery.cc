#include "plan/delivery.h"

#include <algorithm>
#include <vector>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr char kVolumes[] = "spec.volumes";

bool is_bound_to(const Attachment& attachment, std::string_view binding) {
  return attachment.ours && attachment.binding == binding;
}

bool has_binding(const NetworkPlan& plan, std::string_view binding) {
  return std::any_of(plan.attachments.begin(), plan.attachments.end(),
                     [&](const Attachment& each) { return is_bound_to(each, binding); });
}

bool needs_text(const Attachment& attachment) {
  if (is_bound_to(attachment, kDhcpBinding)) return false;
  return attachment.ipv4 != Ipv4Method::kNone || attachment.ipv6 != Ipv6Method::kNone;
}

template <typename Predicate>
std::string quoted(const NetworkPlan& plan, Predicate wanted) {
  std::vector<std::string> names;
  for (const Attachment& attachment : plan.attachments) {
    if (needs_text(attachment) && wanted(attachment))
      names.push_back(in_quotes(attachment.network));
  }
  return names.empty() ? std::string() : join(names);
}

// What a binding answers for: its own NICs, and those that KubeVirt connects.
std::string in_charge_of(const NetworkPlan& plan, std::string_view binding) {
  return quoted(plan,
                [&](const Attachment& each) { return !each.ours || is_bound_to(each, binding); });
}

Diagnostics refuse_without_volume(const Vmi& vmi, const NetworkPlan& plan) {
  const std::string networks = in_charge_of(plan, kCloudInitBinding);
  if (networks.empty() || vmi.cloud_init != CloudInitVolume::kNone ||
      !has_binding(plan, kCloudInitBinding)) {
    return {};
  }
  return {{Severity::kError, "", kVolumes,
           "the addresses of " + networks +
               " have no way into the guest: binding patchbay hands them over through the VM's "
               "cloud-init volume, and the VM has none",
           "add a cloudInitNoCloud volume, or use binding patchbay-seed (it adds a small seed disc "
           "of its own) or patchbay-dhcp (for guests that only ask DHCP or keep the configuration "
           "they have)"}};
}

Diagnostics refuse_with_volume(const Vmi& vmi, const NetworkPlan& plan) {
  const std::string networks = in_charge_of(plan, kSeedBinding);
  if (networks.empty() || vmi.cloud_init == CloudInitVolume::kNone ||
      !has_binding(plan, kSeedBinding) || has_binding(plan, kCloudInitBinding)) {
    return {};
  }
  return {{Severity::kError, "", kVolumes,
           "binding patchbay-seed would add a seed disc with the addresses of " + networks +
               ", but the VM has a cloud-init volume, and a guest reads only one of them",
           "use binding patchbay, which writes into that volume, or remove the volume"}};
}

Diagnostics untold(const NetworkPlan& plan) {
  Diagnostics diagnostics;
  if (has_binding(plan, kCloudInitBinding) || has_binding(plan, kSeedBinding)) return diagnostics;
  for (const Attachment& attachment : plan.attachments) {
    if (attachment.ours || !needs_text(attachment)) continue;
    diagnostics.push_back({Severity::kWarning, attachment.network, "binding " + attachment.binding,
                           "the guest is not told what this NIC shall have: no interface of the VM "
                           "is bound to patchbay or patchbay-seed, whose sidecars would write it",
                           "bind another interface of the VM to one of them, or configure the "
                           "guest"});
  }
  return diagnostics;
}

// cloud-init takes another instance-id for another machine. KubeVirt writes a UUID into a
// VirtualMachine that has none and keeps it there; a VMI on its own gets a new one each time.
Diagnostics changing_instance(const Vmi& vmi, const NetworkPlan& plan) {
  // Windows gets a ConfigDrive, whose instance-id is the VM's name.
  if (plan.guest == Guest::kWindows || !vmi.firmware_uuid.empty()) return {};
  if (!has_seed_disc(vmi, plan)) return {};
  return {{Severity::kWarning, "", "spec.domain.firmware.uuid",
           "the seed disc's instance-id is the firmware's UUID, and the VMI has none: each time it "
           "is made anew KubeVirt gives it another, and cloud-init runs as at a first boot",
           "write firmware.uuid into it, or make it by a VirtualMachine, which keeps one"}};
}

}  // namespace

std::string networks_in_need(const NetworkPlan& plan) {
  return quoted(plan, [](const Attachment&) { return true; });
}

bool has_written_volume(const Vmi& vmi, const NetworkPlan& plan) {
  return vmi.cloud_init != CloudInitVolume::kNone && has_binding(plan, kCloudInitBinding);
}

bool has_seed_disc(const Vmi& vmi, const NetworkPlan& plan) {
  return vmi.cloud_init == CloudInitVolume::kNone && has_binding(plan, kSeedBinding) &&
         !networks_in_need(plan).empty();
}

Diagnostics delivery_findings(const Vmi& vmi, const NetworkPlan& plan) {
  Diagnostics all;
  for (const Diagnostics& found : {refuse_without_volume(vmi, plan), refuse_with_volume(vmi, plan),
                                   untold(plan), changing_instance(vmi, plan)}) {
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace patchbay
