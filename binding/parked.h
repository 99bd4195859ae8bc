// The record as it lies in a pod, in links of our own.
#pragma once

#include <vector>

#include "binding/kernel.h"
#include "plan/pod_state.h"

namespace patchbay {

// The links that hold the record which begins in `record`, first to last: name, kind, whether up,
// alias. None: nothing is parked.
std::vector<PodLink> record_links(Kernel& kernel, const IfName& record);

}  // namespace patchbay
