// OpenStack's network_data.json (nova, "Metadata: OpenStack network data"; its schema is in nova's
// doc/api_schemas/network_data.json), as cloud-init's sources/helpers/openstack.py and
// cloudbase-init's baseopenstackservice.py read it.
#pragma once

#include <string>
#include <vector>

#include "cloudinit/guest_nic.h"

namespace patchbay::cloudinit {

// The JSON objects of one NIC: one of `links`, and those of `networks` and `services`.
struct NetworkDataParts {
  std::string link;
  std::vector<std::string> networks;
  std::vector<std::string> services;
};

// Each on one line.
NetworkDataParts network_data_parts(const GuestNic& nic, Guest guest);

// The whole document, two spaces of indentation, final newline.
std::string network_data_text(const std::vector<GuestNic>& nics, Guest guest);

}  // namespace patchbay::cloudinit
