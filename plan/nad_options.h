// What a NAD asks of us, under the key "patchbay" of its configuration:
//
//   "patchbay": {"mode": "auto", "multiQueue": true, "trunk": [{"id": 42}], "dad": true,
//                "selinuxContext": "system_u:system_r:container_t:s0", "ipam": "dhcp",
//                "always": true, "responder": true, "guard": "full",
//                "allowedAddresses": ["192.168.0.9", "10.9.0.0/24"]}
//
// The network's own NAD is stronger than the binding's, key by key. CNI plugins ignore the key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/guard.h"
#include "plan/net_types.h"
#include "plan/vlan_range.h"

namespace patchbay {

inline constexpr std::string_view kNadOptionsKey = "patchbay";

// Absent: not said.
struct NadOptions {
  std::optional<std::string> mode;              // "auto", "redirect", "bridge", "tap" or "macvtap"
  std::optional<bool> multi_queue;              // make the tap for several queues
  std::optional<std::string> selinux_context;   // of the tap that is made; a whole context
  std::optional<std::vector<VlanRange>> trunk;  // the tagged frames that pass
  std::optional<bool> responder;                // answer the guest's DHCP at its tap
  std::optional<Guard> guard;
  // What guard "full" lets out beside the guest's own addresses: those of the annotation, virtual
  // ones. An address without a length is one host's.
  std::optional<std::vector<IpPrefix>> allowed_addresses;
  std::optional<bool> dad;  // look for duplicate addresses first
  // The network's IPAM kind, where its configuration is not to be seen: in the chained form, and
  // without libcni's cache.
  std::optional<std::string> ipam;
  std::optional<bool> always;  // chained form: act on interfaces that are not a KubeVirt VM's, too

  bool operator==(const NadOptions&) const = default;
};

// Each option of `own`, else of `defaults`.
NadOptions merged(const NadOptions& own, const NadOptions& defaults);

// The options in a NAD's configuration, list or single plugin. Throws Error{kMalformed,
// kInvalidInput} with a path; unknown keys and modes are refused with a guess.
NadOptions parse_nad_options(std::string_view config_json);

}  // namespace patchbay
