// Network-config version 2 as text. Every string that did not come from a closed alphabet is
// quoted.
#pragma once

#include <string>
#include <vector>

#include "cloudinit/guest_nic.h"

namespace patchbay::cloudinit {

// The whole document, block style, `network:` around it, final newline.
std::string v2_text(const std::vector<GuestNic>& nics, Guest guest);

// One NIC as it stands under `ethernets:`, on one line, for a person to paste.
std::string v2_snippet(const GuestNic& nic, Guest guest);

}  // namespace patchbay::cloudinit
