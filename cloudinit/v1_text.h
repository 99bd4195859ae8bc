// Network-config version 1 as text, for cloudbase-init and beside what a user wrote in that
// version. Every string that did not come from a closed alphabet is quoted.
#pragma once

#include <string>
#include <vector>

#include "cloudinit/guest_nic.h"

namespace patchbay::cloudinit {

// The whole document, block style, `network:` around it, final newline.
std::string v1_text(const std::vector<GuestNic>& nics);

// One NIC as it stands under `config:`, on one line, for a person to paste.
std::string v1_snippet(const GuestNic& nic);

}  // namespace patchbay::cloudinit
