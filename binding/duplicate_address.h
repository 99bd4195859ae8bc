// Duplicate addresses on the wire: the frames that ask whether an address is in use, and what
// frames from the network say about it. IPv4 asks by ARP probe (RFC 5227, section 2.1.1), IPv6 by
// neighbour solicitation (RFC 4862, section 5.4). Pure: bytes in, values out; duplicate_probe.h
// sends and listens, duplicate_check.h says what an ADD makes of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/net_types.h"

namespace patchbay {

// `mac` uses `address`, or is about to: it probes for the address itself.
struct AddressClaim {
  IpAddress address;
  Mac mac;

  auto operator<=>(const AddressClaim&) const = default;
};

// What to ask, and out of which link.
struct AddressProbe {
  IfName link;  // the pod's, up
  std::vector<IpAddress> addresses;
  Mac guest;
  // Something on the way drops every other sender (macspoofchk): the probe then comes from the
  // guest's MAC, and a switch learns that it is here. Else it comes from a random one.
  bool only_guest_passes = false;

  bool operator==(const AddressProbe&) const = default;
};

// The whole Ethernet frame, without padding, that asks everybody for `address` and names no sender:
// neither 0.0.0.0 nor :: enters anybody's neighbour cache.
std::string probe_frame(const IpAddress& address, const Mac& sender);

// What an untagged Ethernet frame, from the destination MAC on, claims. Nothing for a frame that is
// cut short, that contradicts itself, or that its RFC says to ignore: ARP for other hardware or
// protocols; neighbour discovery with a hop limit below 255, a wrong checksum or an option of
// length 0 (RFC 4861, section 7.1). A tagged frame belongs to another network. The MAC is that of
// the ARP sender or the advertisement's target link-layer option, else the frame's source.
std::optional<AddressClaim> claim_in(std::string_view frame);

// The claim of a frame where it is one for one of `addresses` and by none of `own`: the guest's MAC
// is the VM itself, which still runs elsewhere while it migrates; the probe's own MAC comes back
// where a network reflects frames.
std::optional<AddressClaim> conflict_in(std::string_view frame,
                                        const std::vector<IpAddress>& addresses,
                                        const std::vector<Mac>& own);

}  // namespace patchbay
