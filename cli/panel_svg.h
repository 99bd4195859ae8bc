// The panel as a picture: the guest's NICs on the left, the pod in the middle, the node's bridges,
// parents and cards on the right, and what has drifted below.
#pragma once

#include <string>

#include "cli/panel.h"

namespace patchbay::cli {

// SVG 1.1, whole in itself. All names and addresses are in it; what is too long for its place ends
// in an ellipsis there, and is whole in the place's tooltip.
std::string panel_svg(const Panel& panel);

}  // namespace patchbay::cli
