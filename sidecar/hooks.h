// What a sidecar answers to KubeVirt, free of gRPC: JSON and XML in, JSON and XML out. It makes the
// plan from the VMI and from what the pod shows, logs what there is to say, refuses a plan with
// errors, and lets domainxml/ and cloudinit/ write the rest.
//
// KubeVirt's order (v1.5 to v1.9, for each try to start the domain and once on a migration's
// target): PreCloudInitIso, at most once and of the first subscriber only, then OnDefineDomain 1 to
// 3 times.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "plan/network_info.h"
#include "plan/network_plan.h"
#include "plan/pod_state.h"
#include "plan/vmi.h"
#include "sidecar/profile.h"

namespace patchbay::sidecar {

using LogSink = std::function<void(std::string_view line)>;

// Where a hook looks and writes; tests give their own.
struct HookSources {
  std::function<PodState()> pod_state;
  std::function<std::optional<std::string>()> network_info;  // nothing: there is no such file
  std::function<void(std::chrono::milliseconds)> sleep;
  // Puts the seed disc where QEMU finds it; returns its path as QEMU sees it.
  std::function<std::string(std::string_view image)> write_seed;
  LogSink log;
};

struct CloudInitTexts {
  std::string no_cloud_source;  // CloudInitNoCloudSource
  std::string data;             // CloudInitData

  bool operator==(const CloudInitTexts&) const = default;
};

// Methods may be called from several threads and answer one after the other. They throw Error: with
// kInvalidInput and every error-level diagnostic where the VMI asks for what can't be; else as the
// parsers do. A VMI of which no NIC is ours to configure comes back byte for byte.
class Hooks {
 public:
  Hooks(const Profile& profile, HookSources sources);

  // Throws Error{kConflict} where a NIC needs cloud-init and another sidecar was asked for it.
  // Writes the seed disc where the VMI has one, whichever the profile: a migration's target may
  // know this container by the name that the domain XML has.
  std::string on_define_domain(std::string_view xml, std::string_view vmi_json);

  // Both texts are always answered, and userData is never empty: KubeVirt takes an answer without
  // it for one of old sidecars, and loses the disc's name and metadata.
  CloudInitTexts pre_cloud_init_iso(const CloudInitTexts& texts, std::string_view vmi_json);

 private:
  NetworkPlan plan_for(const Vmi& vmi);
  std::string write_seed(const Vmi& vmi, const NetworkPlan& plan);
  NetworkInfo network_info_for(const Vmi& vmi, const PodState& pod);
  void report(const Diagnostics& diagnostics);
  void log_answer(std::string_view hook, const NetworkPlan& plan, std::string_view result,
                  std::chrono::steady_clock::time_point start);

  const Profile& profile_;
  HookSources sources_;
  std::mutex mutex_;
  Diagnostics reported_;  // a finding is logged once, not at each of KubeVirt's passes
  bool asked_for_cloud_init_ = false;
};

}  // namespace patchbay::sidecar
