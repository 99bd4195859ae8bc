// The panel as JSON, for `patchbay inspect -o json`.
#pragma once

#include <string>

#include "cli/panel.h"
#include "plan/pod_state.h"

namespace patchbay::cli {

// {"links": …, "panel": …}: the first is the pod's state, which `render --pod` reads; the second is
// cli/README.md's. What is not known is absent.
std::string panel_json(const PodState& pod, const Panel& panel);

}  // namespace patchbay::cli
