// Reading a namespace's view over rtnetlink: without any capability, and without keeping anybody
// else from changing it meanwhile.
#pragma once

#include <optional>
#include <string>

#include "binding/namespace_view.h"

namespace patchbay {

// The network namespace of the calling thread. Throws Error{kKernel, kIo, kTryAgain}.
NamespaceView read_pod_view();

// The same of the node's: without addresses, routes, filters and offloads, but with the VLANs of
// bridges' ports and the functions of SR-IOV cards.
NamespaceView read_node_view();

// The number by which the calling thread's namespace knows the one at `path` (rtnetlink(7),
// RTM_GETNSID); nothing where it does not know it, so has no link into it. Throws Error{kNotFound}
// where there is no namespace at `path`.
std::optional<int> namespace_number(const std::string& path);

}  // namespace patchbay
