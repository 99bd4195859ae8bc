// The record: what the network's plugin gave for one attachment, parked by patchbay-cni in the
// pod's namespace as compact JSON in the alias of links of our own (pb<h>, pb<h>a, …), read back by
// the sidecar over rtnetlink. It dies with the namespace; there is no file and no daemon.
//
//   {"v":1,"mac":"02:…","mtu":1450,"ips":["192.168.0.62/26"],"routes":[{"dst":"0.0.0.0/0",
//    "gw":"192.168.0.2"}],"dns":{"nameservers":["10.0.0.53"],"search":["corp.example"]},
//    "ipam":"static","backend":"redirect","why":"veth"}
//
// Order is the plugin's; absent fields are absent; route attributes are metric, mtu, advmss, scope,
// table. What Wiring adds: "macspoofchk", "multiQueue", "keepsAddresses", "lro", "lent",
// "responder", "guard", "allowedAddresses", "trunk", and whose it is:
// "owner":{"network":"patchbay","attachment":"a0bc49b23a4c9555"} (plan/owner.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/ip_config.h"
#include "plan/wiring.h"

namespace patchbay {

inline constexpr int kRecordVersion = 1;

// IFALIASZ - 1 (include/uapi/linux/if.h): what one alias holds.
inline constexpr size_t kAliasBytes = 255;

struct Record {
  Mac mac;  // the guest's; zero, for a device without a network interface, where nobody told us
  uint32_t mtu = 0;
  std::vector<IpPrefix> ips;
  std::vector<Route> routes;
  Dns dns;
  std::string ipam;     // empty: the network has none
  std::string backend;  // "redirect", …
  std::string why;      // why that backend
  Wiring wiring;

  bool operator==(const Record&) const = default;
};

// Compact JSON, ASCII only, one line.
std::string to_json(const Record& record);

// Throws Error{kMalformed, kInvalidInput}, and kWrongVersion where `v` is not kRecordVersion,
// before any other key is looked at. Unknown keys are refused: the record is ours, its version says
// what it can hold, so that a key more is a version more; all but `v` and `backend` may be absent.
Record parse_record(std::string_view json);

// `json` cut into aliases, in order; at least one. Throws Error{kUnsupported} beyond
// kMaxRecordLinks * kAliasBytes: nothing is ever cut.
std::vector<std::string> split_aliases(std::string_view json);

}  // namespace patchbay
