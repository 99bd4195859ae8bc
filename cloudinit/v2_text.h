// Network-config as text. Every string that did not come from a closed alphabet is quoted.
#pragma once

#include <string>
#include <vector>

#include "cloudinit/v2_entry.h"

namespace patchbay::cloudinit {

// The whole document, block style, `network:` around it, final newline.
std::string v2_text(const std::vector<V2Entry>& entries);

// One entry on one line, for a person to paste: v2 under `ethernets:`, v1 under `config:`.
std::string v2_snippet(const V2Entry& entry);
std::string v1_snippet(const V2Entry& entry);

}  // namespace patchbay::cloudinit
