// What a guest says of its own network as values, to be compared with the plan
// (plan/compare_guest.h): what iproute2, busybox and systemd-resolved print, or what a guest agent
// says (plan/agent_state.h). Whoever asks a guest only has to fill GuestOutputs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/net_types.h"

namespace patchbay {

// `ip` prints JSON with -j; where it knows no -j (busybox, iproute2 before 4.17) its text serves as
// well. Without -d, links that the guest made itself (bridges, bonds, docker0) look like NICs.
struct GuestOutputs {
  std::string addresses;                   // `ip -d -j address`
  std::vector<std::string> routes;         // `ip -j route` and `ip -6 -j route`, one text each
  std::optional<std::string> dns;          // `resolvectl dns`; absent: not looked at
  std::optional<std::string> search;       // `resolvectl domain`, the same
  std::optional<std::string> resolv_conf;  // /etc/resolv.conf, for a guest without systemd-resolved
};

struct SeenAddress {
  IpPrefix prefix;
  bool dynamic = false;     // it expires: DHCP or a router advertisement brought it
  bool duplicate = false;   // IPv6 found another host that has it
  bool length_told = true;  // false: the prefix is as long as the address

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
  Mac mac;                 // the one it was made with, where the guest has given it another
  uint32_t mtu = 0;        // 0: not looked at
  std::optional<bool> up;  // and has a carrier; absent: not looked at
  std::string master;      // the guest's bridge or bond that it is a port of; empty: none
  std::vector<SeenAddress> addresses;  // in the kernel's order, without those of the link alone
  std::optional<std::vector<SeenRoute>> routes;  // of the main table; absent: not looked at
  std::optional<std::vector<std::string>> dns;   // absent: not looked at
  std::optional<std::vector<std::string>> search;

  bool operator==(const SeenNic&) const = default;
};

struct GuestState {
  std::vector<SeenNic> nics;     // Ethernet only, and only what the guest has not made itself
  bool own_links_told = true;    // false: nics may hold links that the guest made itself
  bool lifetimes_told = true;    // false: whether an address expires is not known, nor their order
  bool resolver_is_one = false;  // every NIC's dns and search are those of the whole guest

  bool operator==(const GuestState&) const = default;
};

// Throws Error{kMalformed} or Error{kInvalidInput} for a text that is not what it should be;
// unknown keys are ignored (iproute2's JSON grows).
GuestState parse_guest_state(const GuestOutputs& outputs);

// Marks what an address brings by itself as the kernel's, where the source does not say who made a
// route.
void mark_implied_routes(std::vector<SeenNic>& nics);

}  // namespace patchbay
