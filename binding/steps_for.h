// From an attachment of the plan to the wiring of the pod's namespace: pure.
#pragma once

#include <string>
#include <vector>

#include "binding/step.h"
#include "plan/network_plan.h"

namespace patchbay {

// The record first, then what the attachment's backend needs. `selinux_context`: of the tap that
// is made; empty: our own.
std::vector<Step> steps_for(const Attachment& attachment, const std::string& selinux_context = {});

}  // namespace patchbay
