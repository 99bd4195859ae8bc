// NICs that a user's networkData does not mention, put in beside those that it does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloudinit/splice.h"
#include "cloudinit/user_network_data.h"

namespace patchbay::cloudinit {

// One of ours, as it would stand in networkData; what the user's form has no use for may be empty.
struct NicText {
  std::string id;    // no name of the user's: see free_id
  std::string yaml;  // v2: v2_snippet(), v1: v1_snippet()
  // network_data.json, of network_data_parts(). Its services are left out: these hold for every
  // NIC, cloud-init's networkd renderer writes them to the user's; a network says its own name
  // servers.
  std::string link;
  std::vector<std::string> networks;
};

// The user's text with `missing` in it, in its own format and style: under `ethernets:` (v2), under
// `config:` (v1), in `links` and `networks` (network_data.json). See yaml_splice.h and
// json_splice.h for what is left whole; so is all of it where a NIC of the user's has no MAC
// (UserNic), for that may be one of these. Throws nothing for what a user wrote.
Spliced merge_network_data(std::string_view text, const UserNetworkData& user,
                           const std::vector<NicText>& missing);

// What to write where nothing was merged: `add under "ethernets:" blue: {…}`.
std::string by_hand(UserForm form, const NicText& nic);

}  // namespace patchbay::cloudinit
