// The words of the panel that text and picture share; all printable().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/panel.h"

namespace patchbay::cli {

std::string name_of(const PanelNic& nic);        // the network, or else the pod's interface
std::string_view word(Join join);                // "redirect", …
std::string_view kind_of(const SeenLink& link);  // "veth", "tap", "device", …
std::string bytes(uint64_t count);               // "3.2 kB"
std::string amount(const FrameCount& count);     // "40 (3.2 kB)", "40 (3.2 kB), 2 dropped"

// The state of a link that is or isn't there: "up", "down", "no carrier", "missing".
std::string state_of(const std::optional<SeenLink>& link);
std::string held_by(const PanelNic& nic);  // "open by qemu-system-x86 (71)", "not open"

// The two columns on the node: the link there, and what that belongs to with its VLAN.
std::string far_link(const FarEnd& far);
std::string far_network(const FarEnd& far);
std::string vlans_of(const FarEnd& far);  // "VLAN 100, tagged 200-210"; empty: none

// What is parked: "192.168.0.62/26", "0.0.0.0/0 via 192.168.0.2 metric 100".
std::vector<std::string> addresses_of(const PanelNic& nic);
std::vector<std::string> routes_of(const PanelNic& nic);
std::vector<std::string> dns_of(const PanelNic& nic);
// All that passes, where something does not: "of the guest's VLANs 42, 100-199".
std::vector<std::string> limits_of(const PanelNic& nic);
// What its port says of itself: "guard full", "3 dropped (arp 3)", "answers with 192.168.0.62".
std::vector<std::string> port_of(const PanelNic& nic);

// The frames on each of the three ways, from the guest outwards and back.
struct Traffic {
  FrameCount tap;
  FrameCount joint;
  FrameCount nic;
};
Traffic outward(const PanelNic& nic);
Traffic inward(const PanelNic& nic);

}  // namespace patchbay::cli
