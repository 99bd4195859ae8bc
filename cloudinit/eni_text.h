// /etc/network/interfaces (ifupdown's interfaces(5)) as networkData: read, never written.
#pragma once

#include <string_view>
#include <vector>

#include "cloudinit/user_network_data.h"

namespace patchbay::cloudinit {

// The stanzas `iface NAME FAMILY METHOD`, those of one name together, loopback left out; the MAC is
// `hwaddress`, as cloud-init takes it (net/eni.py). At most `max_nics`; none: the text is no such
// file or configures nothing.
std::vector<UserNic> read_eni(std::string_view text, size_t max_nics);

}  // namespace patchbay::cloudinit
