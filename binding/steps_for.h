// From an attachment of the plan to the wiring of the pod's namespace: pure.
#pragma once

#include <vector>

#include "binding/step.h"
#include "plan/network_plan.h"

namespace patchbay {

// The record first, then what the attachment's backend needs. Throws Error{kUnsupported}, with the
// network's name, for a backend that this version does not wire.
std::vector<Step> steps_for(const Attachment& attachment);

}  // namespace patchbay
