// The VMI annotation patchbay.io/networks: what a person or `patchbay import` wants a network's NIC
// to have, whatever its binding. Keys are the VMI's network names; every inner key is optional.
//
//   {"vlan100": {"ipv4": "static", "ipv6": "none", "addresses": ["192.168.0.62/26"],
//     "gateway4": "192.168.0.2", "gateway6": "fd00::1",
//     "routes": [{"to": "10.0.0.0/8", "via": "192.168.0.3", "metric": 100}],
//     "dns": {"servers": ["10.0.0.53"], "search": ["corp.example"]},
//     "mtu": 1500, "guestName": "ens192", "defaultRoute": true, "sourceRouting": true}}
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/diagnostic.h"
#include "plan/ip_config.h"
#include "plan/methods.h"

namespace patchbay {

inline constexpr std::string_view kNetworksAnnotation = "patchbay.io/networks";

struct NetworkWishes {
  std::optional<Ipv4Method> ipv4;  // kStatic is implied by an IPv4 address
  std::optional<Ipv6Method> ipv6;
  std::vector<IpPrefix> addresses;
  std::vector<Route> routes;  // gateways first, as routes to 0.0.0.0/0 and ::/0
  std::optional<Dns> dns;
  std::optional<uint32_t> mtu;
  std::string guest_name;
  std::optional<bool> default_route;
  bool source_routing = false;

  bool operator==(const NetworkWishes&) const = default;
};

// All mistakes are collected into `diagnostics` as errors, each with its JSON path and the
// network's name; an entry with an error is left out of the result. An empty text is no wishes.
std::map<std::string, NetworkWishes> parse_networks_annotation(std::string_view json,
                                                               Diagnostics& diagnostics);

}  // namespace patchbay
