#include "sidecar/hooks.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "cloudinit/network_data.h"
#include "cloudinit/seed.h"
#include "domainxml/apply_plan.h"
#include "domainxml/seed_disk.h"
#include "plan/cloud_init_data.h"
#include "plan/error.h"
#include "plan/log.h"
#include "plan/make_plan.h"
#include "plan/names.h"
#include "plan/text.h"
#include "sidecar/summary.h"

namespace patchbay::sidecar {
namespace {

using Clock = std::chrono::steady_clock;

// KubeVirt itself waits that long for its own annotation (pkg/network/deviceinfo, v1.9.0).
constexpr std::chrono::milliseconds kNetworkInfoWait{1000};
constexpr std::chrono::milliseconds kNetworkInfoStep{50};

bool is_absent(std::string_view json) { return is_blank(json) || json == "null"; }

bool needs_cloud_init(const Attachment& attachment) {
  return attachment.ipv4 != Ipv4Method::kNone || attachment.ipv6 != Ipv6Method::kNone;
}

// `"blue", "red"`: the networks whose guest side has to be written; empty: none.
std::string networks_in_need(const NetworkPlan& plan) {
  std::vector<std::string> names;
  for (const Attachment& attachment : plan.attachments) {
    if (needs_cloud_init(attachment)) names.push_back(in_quotes(attachment.network));
  }
  return names.empty() ? std::string() : join(names);
}

// Whether only network-info can say this interface's MAC: neither the VMI nor a link in the pod
// does.
bool mac_is_unknown(const VmiInterface& interface, const Vmi& vmi, const PodState& pod) {
  if (interface.mac || interface.guest_mac || interface.state == kAbsent) return false;
  const VmiNetwork* network = find_network(vmi, interface.name);
  if (network != nullptr && network->pod) return find_link(pod, kPodNetworkLink) == nullptr;
  const LinkNames names = link_names(interface.name);
  return find_link(pod, names.record.str()) == nullptr &&
         find_link(pod, names.pod.str()) == nullptr;
}

void require_cloud_init_volume(const Vmi& vmi, const NetworkPlan& plan) {
  const std::string networks = networks_in_need(plan);
  if (networks.empty() || vmi.cloud_init != CloudInitVolume::kNone) return;
  throw Error(Errc::kInvalidInput,
              "the addresses of " + networks +
                  " have no way into the guest: binding patchbay hands them over through the VM's "
                  "cloud-init volume, and the VM has none; add a cloudInitNoCloud volume, or use "
                  "binding patchbay-seed (it adds a small seed disc of its own) or patchbay-dhcp "
                  "(for guests that only ask DHCP or keep the configuration they have)",
              "spec.volumes");
}

// A guest reads one of its discs only, and users' own come first.
void refuse_cloud_init_volume(const Vmi& vmi, const NetworkPlan& plan) {
  const std::string networks = networks_in_need(plan);
  if (networks.empty() || vmi.cloud_init == CloudInitVolume::kNone) return;
  throw Error(Errc::kInvalidInput,
              "binding patchbay-seed would add a seed disc with the addresses of " + networks +
                  ", but the VM has a cloud-init volume, and a guest reads only one of them; use "
                  "binding patchbay, which writes into that volume, or remove the volume",
              "spec.volumes");
}

// Every sidecar of the pod must answer alike.
bool has_seed_disc(const Vmi& vmi, const NetworkPlan& plan) {
  if (vmi.cloud_init != CloudInitVolume::kNone || networks_in_need(plan).empty()) return false;
  return std::any_of(plan.attachments.begin(), plan.attachments.end(), [](const Attachment& each) {
    return each.ours && each.binding == kSeedProfile;
  });
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
      "OnDefineDomain");
}

}  // namespace

Hooks::Hooks(const Profile& profile, HookSources sources)
    : profile_(profile), sources_(std::move(sources)) {}

std::string Hooks::on_define_domain(std::string_view xml, std::string_view vmi_json) {
  const std::lock_guard lock(mutex_);
  const auto start = Clock::now();
  const Vmi vmi = parse_vmi(vmi_json);
  const NetworkPlan plan = plan_for(vmi);
  const bool has_seed = has_seed_disc(vmi, plan);
  switch (profile_.delivery) {
    case Delivery::kCloudInitVolume:
      if (has_seed) break;  // all NICs are on it
      require_cloud_init_volume(vmi, plan);
      if (!asked_for_cloud_init_) require_earlier_cloud_init_call(plan);
      break;
    case Delivery::kSeedDisc:
      refuse_cloud_init_volume(vmi, plan);
      break;
  }
  std::string answer(xml);
  if (!plan.attachments.empty()) {
    Diagnostics diagnostics;
    answer = domainxml::apply_plan(xml, plan, profile_.name, diagnostics);
    report(diagnostics);
    throw_if_errors(diagnostics);
  }
  if (has_seed) {
    const std::string file = write_seed(vmi, plan);
    if (profile_.delivery == Delivery::kSeedDisc) {
      answer = domainxml::add_seed_disk(answer, file, plan.guest);
    }
  }
  log_answer(kOnDefineDomain, plan, answer == xml ? "domain unchanged" : "domain completed", start);
  return answer;
}

CloudInitTexts Hooks::pre_cloud_init_iso(const CloudInitTexts& texts, std::string_view vmi_json) {
  const std::lock_guard lock(mutex_);
  const auto start = Clock::now();
  asked_for_cloud_init_ = true;
  const Vmi vmi = parse_vmi(vmi_json);
  const NetworkPlan plan = plan_for(vmi);
  require_cloud_init_volume(vmi, plan);
  if (vmi.cloud_init == CloudInitVolume::kNone && is_absent(texts.data)) {
    log_answer(kPreCloudInitIso, plan, "no cloud-init data", start);
    return texts;
  }
  const CloudInitData data = parse_cloud_init_data(texts.data);
  const cloudinit::Handover handover = cloudinit::hand_over(plan, data);
  report(handover.diagnostics);
  throw_if_errors(handover.diagnostics);
  CloudInitTexts answer = texts;
  const bool same_network = handover.network_data == data.network_data;
  if (!same_network || handover.user_data != data.user_data) {
    answer.data = with_texts(texts.data, handover.user_data, handover.network_data);
    answer.no_cloud_source = no_cloud_source_with_texts(texts.no_cloud_source, handover.user_data,
                                                        handover.network_data);
  } else if (is_absent(texts.no_cloud_source)) {
    answer.no_cloud_source = no_cloud_source_with_texts("", data.user_data, data.network_data);
  }
  std::string_view result = "networkData written";
  if (same_network) {
    result = data.network_data.empty() ? "no networkData" : "user's networkData kept";
  }
  log_answer(kPreCloudInitIso, plan, result, start);
  return answer;
}

NetworkPlan Hooks::plan_for(const Vmi& vmi) {
  PlanInput input{.vmi = vmi, .pod = sources_.pod_state(), .network_info = {}};
  input.network_info = network_info_for(vmi, input.pod);
  NetworkPlan plan = make_plan(input);
  report(plan.diagnostics);
  throw_if_errors(plan.diagnostics);
  return plan;
}

std::string Hooks::write_seed(const Vmi& vmi, const NetworkPlan& plan) {
  const CloudInitData nothing_yet{};
  const cloudinit::Handover handover = cloudinit::hand_over(plan, nothing_yet);
  report(handover.diagnostics);
  throw_if_errors(handover.diagnostics);
  return sources_.write_seed(
      cloudinit::iso_image(cloudinit::make_seed(nothing_yet.data_source, vmi, handover)));
}

NetworkInfo Hooks::network_info_for(const Vmi& vmi, const PodState& pod) {
  std::optional<std::string> text = sources_.network_info();
  const bool worth_waiting =
      std::any_of(vmi.interfaces.begin(), vmi.interfaces.end(),
                  [&](const VmiInterface& i) { return mac_is_unknown(i, vmi, pod); });
  std::chrono::milliseconds waited{0};
  while (worth_waiting && text && is_blank(*text) && waited < kNetworkInfoWait) {
    sources_.sleep(kNetworkInfoStep);
    waited += kNetworkInfoStep;
    text = sources_.network_info();
  }
  return parse_network_info(text.value_or(""));
}

void Hooks::report(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    // Errors are logged once, too, but each refused call has a line of its own besides.
    if (std::find(reported_.begin(), reported_.end(), diagnostic) != reported_.end()) continue;
    reported_.push_back(diagnostic);
    sources_.log(log_line(diagnostic));
  }
}

void Hooks::log_answer(std::string_view hook, const NetworkPlan& plan, std::string_view result,
                       Clock::time_point start) {
  const std::chrono::duration<double, std::milli> spent = Clock::now() - start;
  char milliseconds[32];
  std::snprintf(milliseconds, sizeof milliseconds, "%.1f", spent.count());
  sources_.log(log_line(
      "info", std::string(hook) + ": " + std::string(result),
      {{"hook", hook}, {"vmi", plan.vmi}, {"networks", summary(plan)}, {"ms", milliseconds}}));
}

}  // namespace patchbay::sidecar
