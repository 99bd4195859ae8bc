// What a guest says of its own network: iproute2's JSON and systemd-resolved's text as values, to
// be compared with the plan (plan/compare_guest.h). Whoever asks a guest only has to fill
// GuestOutputs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/net_types.h"

namespace patchbay {

struct GuestOutputs {
  std::string addresses;              // `ip -d -j address`; without -d, links that the guest made
                                      // itself (bridges, bonds, docker0) look like NICs
  std::vector<std::string> routes;    // `ip -j route` and `ip -6 -j route`, one text each
  std::optional<std::string> dns;     // `resolvectl dns`; absent: not looked at
  std::optional<std::string> search;  // `resolvectl domain`, the same
};

struct SeenAddress {
  IpPrefix prefix;
  bool dynamic = false;    // it expires: DHCP or a router advertisement brought it
  bool duplicate = false;  // IPv6 found another host that has it

  bool operator==(const SeenAddress&) const = default;
};

struct SeenRoute {
  IpPrefix to;
  std::optional<IpAddress> via;
  std::optional<uint32_t> metric;
  std::string protocol;  // who made it: "kernel", "static", "dhcp", "ra", …; empty: the tool
                         // said nothing

  bool operator==(const SeenRoute&) const = default;
};

std::string to_string(const SeenAddress& address);  // "10.0.2.2/24 (dynamic)"
std::string to_string(const SeenRoute& route);      // "default via 10.0.2.1"

struct SeenNic {
  std::string name;
  Mac mac;  // the one it was made with, where the guest has given it another
  uint32_t mtu = 0;
  bool up = false;     // and has a carrier
  std::string master;  // the guest's bridge or bond that it is a port of; empty: none
  std::vector<SeenAddress> addresses;  // in the kernel's order, without those of the link alone
  std::vector<SeenRoute> routes;       // of the main table
  std::optional<std::vector<std::string>> dns;  // absent: not looked at
  std::optional<std::vector<std::string>> search;

  bool operator==(const SeenNic&) const = default;
};

struct GuestState {
  std::vector<SeenNic> nics;  // Ethernet only, and only what the guest has not made itself

  bool operator==(const GuestState&) const = default;
};

// Throws Error{kMalformed} or Error{kInvalidInput} for a text that is not what it should be;
// unknown keys are ignored (iproute2's JSON grows).
GuestState parse_guest_state(const GuestOutputs& outputs);

}  // namespace patchbay
