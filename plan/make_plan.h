// From what is known in the virt-launcher pod to the plan: pure, so the same input gives the same
// plan at each of KubeVirt's passes and on a migration's target.
#pragma once

#include <string>
#include <vector>

#include "plan/bindings.h"
#include "plan/network_info.h"
#include "plan/network_plan.h"
#include "plan/network_status.h"
#include "plan/pod_state.h"
#include "plan/vmi.h"

namespace patchbay {

struct PlanInput {
  Vmi vmi;
  PodState pod;
  NetworkInfo network_info;
  NetworkStatus network_status;  // empty where it is not mounted
};

// One attachment for each VMI interface that has our binding, a record or an annotation entry.
// Addresses of a family come whole from the strongest source that says something of that family
// (annotation, record, pod interface, network-status), so do its routes and the DNS; where a
// stronger source hides a weaker one that says otherwise, there is a warning. Mistakes are
// error-level diagnostics of the plan; nothing is thrown for what a user wrote.
NetworkPlan make_plan(const PlanInput& input);

// The NICs whose addresses only network-status can say, and which it does not list yet: a sidecar
// that has it mounted waits for these.
std::vector<std::string> networks_awaiting_status(const PlanInput& input);

}  // namespace patchbay
