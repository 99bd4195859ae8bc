// From what is known in the virt-launcher pod to the plan: pure, so the same input gives the same
// plan at each of KubeVirt's passes and on a migration's target.
#pragma once

#include <string>
#include <vector>

#include "plan/network_info.h"
#include "plan/network_plan.h"
#include "plan/pod_state.h"
#include "plan/vmi.h"

namespace patchbay {

struct PlanInput {
  Vmi vmi;
  PodState pod;
  NetworkInfo network_info;
};

// One attachment for each VMI interface that has our binding, a record or an annotation entry.
// Addresses of a family come whole from the strongest source that says something of that family
// (annotation, record, pod interface), so do its routes and the DNS; where a stronger source hides
// a weaker one that says otherwise, there is a warning. Mistakes are error-level diagnostics of the
// plan; nothing is thrown for what a user wrote.
NetworkPlan make_plan(const PlanInput& input);

// The binding names that are ours: the names of the sidecar's profiles.
bool is_our_binding(std::string_view plugin);

}  // namespace patchbay
