// What a user wrote as networkData, read only as far as to know which NICs it configures, with
// which addresses, and which names it uses. Nothing here changes or refuses the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/net_types.h"

namespace patchbay::cloudinit {

enum class UserForm {
  kV1,           // network-config version 1
  kV2,           // version 2, netplan's
  kNetworkData,  // OpenStack's network_data.json
  kEni,          // /etc/network/interfaces
  kUnknown,      // anything else: broken YAML, several documents, too long
};

struct UserAddress {
  IpAddress address;
  std::optional<uint8_t> length;  // absent where a netmask or nothing says it

  bool operator==(const UserAddress&) const = default;
};

// A NIC of the guest, not what is made of NICs there. One that a bond, bridge or VLAN names without
// an entry of its own has that name and no MAC.
struct UserNic {
  std::string label;       // v2, network_data.json: the id; v1, ENI: the name
  int line = 0;            // of the entry, from 1
  std::optional<Mac> mac;  // absent: matched by name or driver, which we can't resolve
  bool dhcp4 = false;
  bool dhcp6 = false;
  std::vector<UserAddress> addresses;  // those that are addresses at all

  bool operator==(const UserNic&) const = default;
};

struct UserNetworkData {
  UserForm form = UserForm::kUnknown;
  std::string problem;   // why the form is unknown or ENI; never the user's own text
  bool wrapped = false;  // v1, v2: with "network:" around it
  std::vector<UserNic> nics;
  std::vector<std::string> ids;  // every name in use, of bonds and the like too

  bool operator==(const UserNetworkData&) const = default;
};

// Read are at most 1 MiB, the first kMaxUserEntries NICs and names and as many addresses of each:
// aliases can make a short text long. Throws nothing.
inline constexpr size_t kMaxUserEntries = 1000;
UserNetworkData read_user_network_data(std::string_view text);

// `wanted`, or where that is among `taken`, with a number behind it, cut to what a NIC's name may
// have. It is taken from then on.
std::string free_id(const std::string& wanted, std::vector<std::string>& taken);

}  // namespace patchbay::cloudinit
