// What a user wrote as networkData, read only as far as to know which NICs it configures and with
// which addresses. Nothing here changes or refuses the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/net_types.h"

namespace patchbay::cloudinit {

enum class UserForm {
  kV1,       // network-config version 1
  kV2,       // version 2, netplan's
  kUnknown,  // anything else: network_data.json, ENI, broken YAML, too long
};

struct UserAddress {
  IpAddress address;
  std::optional<uint8_t> length;  // absent where a netmask or nothing says it

  bool operator==(const UserAddress&) const = default;
};

struct UserNic {
  std::string label;       // v2: the id, v1: the name
  int line = 0;            // of the entry, from 1
  std::optional<Mac> mac;  // absent: matched by name or driver, which we can't resolve
  bool dhcp4 = false;
  bool dhcp6 = false;
  std::vector<UserAddress> addresses;  // those that are addresses at all

  bool operator==(const UserNic&) const = default;
};

struct UserNetworkData {
  UserForm form = UserForm::kUnknown;
  std::string problem;  // why the form is unknown; never the user's own text
  std::vector<UserNic> nics;

  bool operator==(const UserNetworkData&) const = default;
};

// Read are at most 1 MiB, the first 1000 NICs and 1000 addresses of each: aliases can make a short
// text long. Throws nothing.
UserNetworkData read_user_network_data(std::string_view text);

}  // namespace patchbay::cloudinit
