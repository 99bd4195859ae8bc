#include "sidecar/hooks.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "cloudinit/network_data.h"
#include "cloudinit/seed.h"
#include "domainxml/apply_plan.h"
#include "domainxml/seed_disk.h"
#include "plan/cloud_init_data.h"
#include "plan/delivery.h"
#include "plan/error.h"
#include "plan/log.h"
#include "plan/make_plan.h"
#include "plan/names.h"
#include "plan/text.h"
#include "sidecar/hook_order.h"
#include "sidecar/hook_socket.h"
#include "sidecar/summary.h"

namespace patchbay::sidecar {
namespace {

using Clock = std::chrono::steady_clock;

// KubeVirt itself waits that long for its own annotation (pkg/network/deviceinfo, v1.9.0).
constexpr std::chrono::milliseconds kNetworkInfoWait{1000};
constexpr std::chrono::milliseconds kLookAgainAfter{50};

constexpr std::string_view kLibvirtDomain = "libvirt";

bool is_absent(std::string_view json) { return is_blank(json) || json == "null"; }

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

// The file's text as soon as it is not late any more, or as it is when no time is `left`.
std::optional<std::string> read_late_file(const std::function<std::optional<std::string>()>& read,
                                          const std::function<bool(std::string_view)>& is_late,
                                          const HookSources& sources,
                                          std::chrono::milliseconds& left) {
  std::optional<std::string> text = read();
  while (text && is_late(*text) && left.count() > 0) {
    sources.sleep(kLookAgainAfter);
    left -= kLookAgainAfter;
    text = read();
  }
  return text;
}

}  // namespace

Hooks::Hooks(const Profile& profile, HookSources sources)
    : profile_(profile), sources_(std::move(sources)) {}

std::string Hooks::on_define_domain(std::string_view xml, std::string_view vmi_json) {
  return answer_domain(kOnDefineDomain, xml, vmi_json);
}

std::string Hooks::mutate_domain(std::string_view domain_type, std::string_view domain,
                                 std::string_view vmi_json) {
  if (domain_type != kLibvirtDomain) {
    throw Error(Errc::kUnsupported,
                "expected \"libvirt\", found " + in_quotes(domain_type) +
                    ": this version knows no other form of domain; use an image of patchbay that "
                    "was made for this KubeVirt",
                "MutateDomainRequest.domain_type");
  }
  return answer_domain(kMutateDomain, domain, vmi_json);
}

std::string Hooks::answer_domain(std::string_view hook, std::string_view xml,
                                 std::string_view vmi_json) {
  const auto start = Clock::now();
  const Vmi vmi = parse_vmi(vmi_json);
  const NetworkPlan plan = plan_for(hook, vmi);
  if (profile_.delivery == Delivery::kCloudInitVolume && has_written_volume(vmi, plan) &&
      !asked_for_cloud_init_) {
    if (hook == kOnDefineDomain) require_earlier_cloud_init_call(plan);
    // A hook sidecar has been asked for the domain before, and has seen to it.
    else if (!sources_.has_hook_sidecar())
      require_hook_sidecar(plan);
  }
  tell_responders(hook, vmi, plan);
  std::string answer(xml);
  if (!plan.attachments.empty()) {
    Diagnostics diagnostics;
    answer = domainxml::apply_plan(xml, plan, profile_.name, diagnostics);
    report(hook, plan, diagnostics);
    throw_if_errors(diagnostics);
  }
  if (has_seed_disc(vmi, plan)) {
    const std::string file = write_seed(hook, vmi, plan);
    if (profile_.delivery == Delivery::kSeedDisc) {
      // A hook sidecar of this profile is asked before a Plugin: its disc will do.
      const std::string_view others_folder = hook == kMutateDomain ? kHooksDirectory : "";
      answer = domainxml::add_seed_disk(answer, file, plan.guest, others_folder);
    }
  }
  log_answer(hook, plan, answer == xml ? "domain unchanged" : "domain completed", start);
  return answer;
}

CloudInitTexts Hooks::pre_cloud_init_iso(const CloudInitTexts& texts, std::string_view vmi_json) {
  const auto start = Clock::now();
  asked_for_cloud_init_ = true;
  const Vmi vmi = parse_vmi(vmi_json);
  const NetworkPlan plan = plan_for(kPreCloudInitIso, vmi);
  if (vmi.cloud_init == CloudInitVolume::kNone && is_absent(texts.data)) {
    log_answer(kPreCloudInitIso, plan, "no cloud-init data", start);
    return texts;
  }
  const CloudInitData data = parse_cloud_init_data(texts.data);
  const cloudinit::Handover handover = cloudinit::hand_over(plan, data);
  report(kPreCloudInitIso, plan, handover.diagnostics);
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

void Hooks::tell_responders(std::string_view hook, const Vmi& vmi, const NetworkPlan& plan) {
  for (const Attachment& attachment : plan.attachments) {
    if (!attachment.lease) continue;
    Attachment leased = attachment;
    leased.addresses = attachment.lease->addresses;
    leased.routes = attachment.lease->routes;
    leased.dns = attachment.lease->dns;
    Diagnostics diagnostics;
    sources_.tell_responder(leased, vmi.hostname, diagnostics);
    report(hook, plan, diagnostics);
  }
}

NetworkPlan Hooks::plan_for(std::string_view hook, const Vmi& vmi) {
  PlanInput input{.vmi = vmi, .pod = sources_.pod_state()};
  input.network_info = network_info_for(vmi, input.pod);
  read_network_status(input);
  NetworkPlan plan = make_plan(input);
  Diagnostics found = plan.diagnostics;
  for (const Diagnostic& each : delivery_findings(vmi, plan)) found.push_back(each);
  report(hook, plan, found);
  throw_if_errors(found);
  return plan;
}

std::string Hooks::write_seed(std::string_view hook, const Vmi& vmi, const NetworkPlan& plan) {
  const CloudInitData nothing_yet{.data_source = cloudinit::seed_source(plan.guest)};
  const cloudinit::Handover handover = cloudinit::hand_over(plan, nothing_yet);
  report(hook, plan, handover.diagnostics);
  throw_if_errors(handover.diagnostics);
  const std::string image =
      cloudinit::iso_image(cloudinit::make_seed(nothing_yet.data_source, vmi, handover));
  const WrittenSeed seed = sources_.write_seed(image);
  if (seed.changed) {
    sources_.log(log_line("info", "seed disc written",
                          {{"hook", hook},
                           {"vmi", plan.vmi},
                           {"file", seed.file},
                           {"bytes", std::to_string(image.size())}}));
  }
  return seed.file;
}

NetworkInfo Hooks::network_info_for(const Vmi& vmi, const PodState& pod) {
  const bool is_needed =
      std::any_of(vmi.interfaces.begin(), vmi.interfaces.end(),
                  [&](const VmiInterface& i) { return mac_is_unknown(i, vmi, pod); });
  std::chrono::milliseconds left = kNetworkInfoWait;
  const std::optional<std::string> text = read_late_file(
      sources_.network_info, [&](std::string_view found) { return is_needed && is_blank(found); },
      sources_, left);
  return parse_network_info(text.value_or(""));
}

void Hooks::read_network_status(PlanInput& input) {
  std::vector<std::string> awaited;
  const auto is_late = [&](std::string_view found) {
    input.network_status = parse_network_status(found);
    awaited = networks_awaiting_status(input);
    return !awaited.empty();
  };
  read_late_file(sources_.network_status, is_late, sources_, status_wait_left_);
  if (awaited.empty()) return;
  throw Error(Errc::kTryAgain,
              "expected network-status to say what the pod got on " + join(awaited) +
                  ", where nothing else says it, found no entry yet; the kubelet brings the file "
                  "up to date within about a minute, and KubeVirt's next try succeeds then; should "
                  "it stay so, install patchbay-cni on the node or take the mount away",
              "network-status");
}

void Hooks::report(std::string_view hook, const NetworkPlan& plan, const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    // Errors are logged once, too, but each refused call has a line of its own besides.
    if (std::find(reported_.begin(), reported_.end(), diagnostic) != reported_.end()) continue;
    reported_.push_back(diagnostic);
    sources_.log(log_line(diagnostic, {{"hook", hook}, {"vmi", plan.vmi}}));
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
