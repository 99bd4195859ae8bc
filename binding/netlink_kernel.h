// The Kernel that is one: rtnetlink and /dev/net/tun in the namespace of a pod.
#pragma once

#include <memory>
#include <string>

#include "binding/kernel.h"

namespace patchbay {

// `path`: CNI_NETNS. The calling thread's own namespace stays what it is. One Kernel at a time for
// a namespace, whoever opens it: the next one waits. Throws Error{kNotFound} where there is no
// namespace at `path`, kTryAgain as NetNamespace::lock.
std::unique_ptr<Kernel> open_kernel(const std::string& path);

}  // namespace patchbay
