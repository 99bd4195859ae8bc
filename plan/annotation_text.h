// The counterpart of parse_networks_annotation(): wishes as the text of patchbay.io/networks.
#pragma once

#include <map>
#include <string>

#include "plan/annotation.h"

namespace patchbay {

// A JSON object of one line for each network, with a line end; empty for no wishes. What parse
// gives comes back from it to the letter; what the annotation has no key for (a route's own MTU, a
// resolver's options) is not in it.
std::string networks_annotation(const std::map<std::string, NetworkWishes>& wishes);

}  // namespace patchbay
