#include "sidecar/delivery.h"

#include <algorithm>
#include <vector>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::sidecar {
namespace {

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

// What a profile answers for: its own, and what KubeVirt connects.
std::string in_charge_of(const NetworkPlan& plan, std::string_view binding) {
  return quoted(plan,
                [&](const Attachment& each) { return !each.ours || is_bound_to(each, binding); });
}

// A Plugin's container is in every VM's pod, so each asks for its own binding first.
void require_cloud_init_volume(const Vmi& vmi, const NetworkPlan& plan) {
  const std::string networks = in_charge_of(plan, kCloudInitBinding);
  if (networks.empty() || vmi.cloud_init != CloudInitVolume::kNone ||
      !has_binding(plan, kCloudInitBinding)) {
    return;
  }
  throw Error(Errc::kInvalidInput,
              "the addresses of " + networks +
                  " have no way into the guest: binding patchbay hands them over through the VM's "
                  "cloud-init volume, and the VM has none; add a cloudInitNoCloud volume, or use "
                  "binding patchbay-seed (it adds a small seed disc of its own) or patchbay-dhcp "
                  "(for guests that only ask DHCP or keep the configuration they have)",
              "spec.volumes");
}

void refuse_cloud_init_volume(const Vmi& vmi, const NetworkPlan& plan) {
  const std::string networks = in_charge_of(plan, kSeedBinding);
  if (networks.empty() || vmi.cloud_init == CloudInitVolume::kNone ||
      !has_binding(plan, kSeedBinding) || has_binding(plan, kCloudInitBinding)) {
    return;
  }
  throw Error(Errc::kInvalidInput,
              "binding patchbay-seed would add a seed disc with the addresses of " + networks +
                  ", but the VM has a cloud-init volume, and a guest reads only one of them; use "
                  "binding patchbay, which writes into that volume, or remove the volume",
              "spec.volumes");
}

}  // namespace

std::string networks_in_need(const NetworkPlan& plan) {
  return quoted(plan, [](const Attachment&) { return true; });
}

bool has_seed_disc(const Vmi& vmi, const NetworkPlan& plan) {
  return vmi.cloud_init == CloudInitVolume::kNone && has_binding(plan, kSeedBinding) &&
         !networks_in_need(plan).empty();
}

void require_a_way(const Profile& profile, const Vmi& vmi, const NetworkPlan& plan) {
  switch (profile.delivery) {
    case Delivery::kCloudInitVolume:
      require_cloud_init_volume(vmi, plan);
      break;
    case Delivery::kSeedDisc:
      refuse_cloud_init_volume(vmi, plan);
      break;
    case Delivery::kNothing:
      break;
  }
}

void require_earlier_cloud_init_call(const NetworkPlan& plan) {
  const std::string networks = networks_in_need(plan);
  if (networks.empty()) return;
  throw Error(
      Errc::kConflict,
      "the domain was asked for before the cloud-init data, so the guest would not learn the "
      "addresses of " +
          networks +
          ": KubeVirt asks only one sidecar of a VM for PreCloudInitIso, and it has asked another; "
          "remove that hook sidecar or its subscription to PreCloudInitIso (annotation "
          "hooks.kubevirt.io/hookSidecars, or another binding plugin of this VM); should this "
          "sidecar have been restarted just now, KubeVirt's next try succeeds",
      std::string(kOnDefineDomain));
}

void require_hook_sidecar(const NetworkPlan& plan) {
  const std::string networks = networks_in_need(plan);
  if (networks.empty() || !has_binding(plan, kCloudInitBinding)) return;
  throw Error(Errc::kConflict,
              "the addresses of " + networks +
                  " have no way into the guest: a Plugin is asked for the domain only, not for the "
                  "cloud-init volume that binding patchbay writes into, and no hook sidecar of "
                  "patchbay runs in this pod; register binding patchbay with its sidecarImage, or "
                  "take the volume away and use binding patchbay-seed, which a Plugin serves whole",
              std::string(kMutateDomain));
}

Diagnostics untold(const NetworkPlan& plan) {
  Diagnostics diagnostics;
  if (has_binding(plan, kCloudInitBinding) || has_binding(plan, kSeedBinding)) return diagnostics;
  for (const Attachment& attachment : plan.attachments) {
    if (attachment.ours || !needs_text(attachment)) continue;
    diagnostics.push_back({Severity::kWarning, attachment.network, "binding " + attachment.binding,
                           "the guest is not told what this NIC shall have: no interface of the VM "
                           "is bound to patchbay or patchbay-seed, whose sidecars would write it",
                           "bind another interface of the VM to patchbay or patchbay-seed, or "
                           "configure the guest"});
  }
  return diagnostics;
}

}  // namespace patchbay::sidecar
