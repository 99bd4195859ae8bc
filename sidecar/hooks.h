// What a sidecar answers to KubeVirt, free of gRPC: JSON and XML in, JSON and XML out. It makes the
// plan from the VMI and from what the pod shows, logs what there is to say, refuses a plan with
// errors, and lets domainxml/ and cloudinit/ write the rest.
//
// KubeVirt's order (v1.5 to v1.9, for each try to start the domain and once on a migration's
// target): PreCloudInitIso, at most once and of the first subscriber only, then OnDefineDomain 1 to
// 3 times. Where a Plugin is there, its MutateDomain once after each of these (v1.9): the same
// question about the domain, answered by the same code, so that either may come alone or after the
// other. KubeVirt v1.9.0 itself fails a VM with `sriov: {}` interfaces once any Plugin has changed
// its domain ("Missing 'mode' attribute on domain hostdev"): that is not ours to mend.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "plan/make_plan.h"
#include "sidecar/profile.h"

namespace patchbay::sidecar {

using LogSink = std::function<void(std::string_view line)>;

struct WrittenSeed {
  std::string file;      // its path as QEMU sees it
  bool changed = false;  // it did not have this image yet
};

// Where a hook looks and writes; tests give their own.
struct HookSources {
  std::function<PodState()> pod_state;
  std::function<std::optional<std::string>()> network_info;    // nothing: there is no such file
  std::function<std::optional<std::string>()> network_status;  // the same
  std::function<bool()> has_hook_sidecar;  // of profile patchbay, anywhere in the pod
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<WrittenSeed(std::string_view image)> write_seed;  // the seed disc
  // Tells the responder at a guest's port what to answer (binding/port_control.h).
  std::function<void(const Attachment& leased, std::string_view host_name, Diagnostics&)>
      tell_responder;
  LogSink log;
};

struct CloudInitTexts {
  std::string no_cloud_source;  // CloudInitNoCloudSource
  std::string data;             // CloudInitData

  bool operator==(const CloudInitTexts&) const = default;
};

// For one thread. Methods throw Error: with kInvalidInput and every error-level diagnostic where
// the VMI asks for what can't be; else as the parsers do. A VMI of which no NIC is ours to
// configure comes back byte for byte.
class Hooks {
 public:
  Hooks(const Profile& profile, HookSources sources);

  // Throws Error{kConflict} where a NIC needs cloud-init and another sidecar was asked for it.
  // Writes the seed disc where the VMI has one, whichever the profile: a migration's target may
  // know this container by the name that the domain XML has.
  std::string on_define_domain(std::string_view xml, std::string_view vmi_json);

  // The same for a Plugin. `domain_type` is "libvirt", else Error{kUnsupported}; Error{kConflict}
  // where a NIC needs cloud-init and no hook sidecar can have been asked for it.
  std::string mutate_domain(std::string_view domain_type, std::string_view domain,
                            std::string_view vmi_json);

  // Both texts are always answered, and userData is never empty: KubeVirt takes an answer without
  // it for one of old sidecars, and loses the disc's name and metadata.
  CloudInitTexts pre_cloud_init_iso(const CloudInitTexts& texts, std::string_view vmi_json);

 private:
  std::string answer_domain(std::string_view hook, std::string_view xml, std::string_view vmi_json);
  // The annotation's addresses, too, which patchbay-cni has not seen.
  void tell_responders(std::string_view hook, const Vmi& vmi, const NetworkPlan& plan);
  NetworkPlan plan_for(std::string_view hook, const Vmi& vmi);
  std::string write_seed(std::string_view hook, const Vmi& vmi, const NetworkPlan& plan);
  NetworkInfo network_info_for(const Vmi& vmi, const PodState& pod);
  // Throws Error{kTryAgain} where the file is all there is to ask, and still does not say it.
  void read_network_status(PlanInput& input);
  void report(std::string_view hook, const NetworkPlan& plan, const Diagnostics& diagnostics);
  void log_answer(std::string_view hook, const NetworkPlan& plan, std::string_view result,
                  std::chrono::steady_clock::time_point start);

  const Profile& profile_;
  HookSources sources_;
  Diagnostics reported_;  // a finding is logged once, not at each of KubeVirt's passes
  bool asked_for_cloud_init_ = false;
  // For all calls together, far below KubeVirt's 60 s for each.
  std::chrono::milliseconds status_wait_left_{3000};
};

}  // namespace patchbay::sidecar
