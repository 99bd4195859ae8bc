// Reading the pod's network: from inside, as the sidecar does (user 107, no capability), or from
// the node.
#pragma once

#include <string>

#include "plan/pod_state.h"

namespace patchbay {

// The network namespace of the calling thread. Left out: addresses of host scope, those the kernel
// made itself (link-local, autoconfigured), its own prefix routes, routes that `Route` can't say.
// Throws Error{kKernel, kIo, kTryAgain}.
PodState read_pod_state();

// Of the network namespace at `path`, from outside it. Throws Error{kNotFound} where there is none.
PodState read_pod_state(const std::string& path);

}  // namespace patchbay
