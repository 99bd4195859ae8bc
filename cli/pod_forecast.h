// The virt-launcher pod as it will be: what each network's plugin leaves in it and patchbay-cni
// makes of that, from the NADs alone. make_plan() takes it for the pod itself; what only the
// cluster can know is listed, and stands in no text as if it were known.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/manifest.h"
#include "cli/nad_forecast.h"
#include "plan/diagnostic.h"
#include "plan/network_plan.h"
#include "plan/network_status.h"
#include "plan/pod_state.h"
#include "plan/rendering.h"
#include "plan/vmi.h"

namespace patchbay::cli {

inline constexpr const char* kOnCluster = "known only on the cluster";

struct PodForecast {
  PodState pod;
  std::map<std::string, std::vector<OpenAddress>> open;  // by network
  std::map<std::string, std::string> selinux_contexts;   // of taps, by network
  std::vector<std::string> refused;                      // networks that patchbay-cni would refuse
  std::vector<Mac> stand_ins;                            // for MACs that nobody knows
  Diagnostics diagnostics;
};

// Addresses that `status` has are no longer open where the NAD's range gives their prefix length.
PodForecast forecast_pod(const Vmi& vmi, const std::vector<Nad>& nads, const NetworkStatus& status);

// Families whose address is open become static instead of DHCP, unless the annotation speaks of
// them. Returns what is open. A NIC that was refused already is not missed in the pod.
std::vector<OnCluster> settle(const PodForecast& forecast, const Vmi& vmi, NetworkPlan& plan);

// `text` with `words` in place of each stand-in.
std::string told(const PodForecast& forecast, std::string text,
                 std::string_view words = kOnCluster);

}  // namespace patchbay::cli
