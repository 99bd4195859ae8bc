// ICMPv6 from a link to a group on it: whole frames of neighbour discovery (RFC 4861), and the
// checksum that they bear.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plan/net_types.h"

namespace patchbay {

inline constexpr uint8_t kIcmpv6 = 58;              // next header
inline constexpr uint8_t kDiscoveryHopLimit = 255;  // RFC 4861: nothing that a router passed on

// RFC 1071 over the pseudo-header of RFC 8200, section 8.1, and the message. A message that holds
// its checksum gives 0.
uint16_t icmpv6_checksum(const IpAddress& source, const IpAddress& destination,
                         std::string_view message);

// The Ethernet frame, without padding, of a message of code 0; `body` is what comes behind its
// checksum.
std::string discovery_frame(const Mac& sender, const IpAddress& source, const IpAddress& group,
                            uint8_t type, std::string_view body);

}  // namespace patchbay
