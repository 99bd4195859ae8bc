#include "binding/duplicate_address.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "binding/icmpv6.h"
#include "binding/wire_bytes.h"

namespace patchbay {
namespace {

// Ethernet (IEEE 802.3; numbers: linux/if_ether.h).
constexpr size_t kMacSize = 6;
constexpr size_t kEtherSize = 14;
constexpr size_t kEtherTypeAt = 12;
constexpr uint16_t kArp = 0x0806;
constexpr uint16_t kIpv6 = 0x86dd;

// RFC 826, for IPv4 on Ethernet; offsets from the frame's start.
constexpr size_t kArpSize = 28;
constexpr std::string_view kArpStart("\x00\x01\x08\x00\x06\x04", 6);  // Ethernet, IPv4, 6, 4
constexpr size_t kArpOperationAt = kEtherSize + 6;
constexpr size_t kArpSenderMacAt = kEtherSize + 8;
constexpr size_t kArpSenderIpAt = kEtherSize + 14;
constexpr size_t kArpTargetIpAt = kEtherSize + 24;
constexpr uint16_t kArpRequest = 1;
constexpr uint16_t kArpReply = 2;

// RFC 8200, section 3; offsets from the frame's start.
constexpr size_t kIpv6Size = 40;
constexpr uint8_t kIpv6Version = 6;
constexpr size_t kPayloadLengthAt = kEtherSize + 4;
constexpr size_t kNextHeaderAt = kEtherSize + 6;
constexpr size_t kHopLimitAt = kEtherSize + 7;
constexpr size_t kSourceAt = kEtherSize + 8;
constexpr size_t kDestinationAt = kEtherSize + 24;

// RFC 4861, sections 4.3, 4.4 and 4.6; offsets from the ICMPv6 header.
constexpr uint8_t kSolicitation = 135;
constexpr uint8_t kAdvertisement = 136;
constexpr size_t kFlagsAt = 4;
constexpr uint8_t kSolicited = 0x40;
constexpr size_t kTargetAt = 8;
constexpr size_t kDiscoverySize = 24;
constexpr size_t kOptionUnit = 8;
constexpr uint8_t kSourceLinkLayer = 1;
constexpr uint8_t kTargetLinkLayer = 2;

uint8_t byte_at(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }

uint16_t word_at(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

IpAddress address_at(std::string_view bytes, size_t at, Family family) {
  return IpAddress::from_bytes(family, bytes.data() + at);
}

// Nothing for a MAC that no interface has: a group's, or zero.
std::optional<Mac> mac_at(std::string_view bytes, size_t at) {
  if (byte_at(bytes, at) & 1) return std::nullopt;
  const Mac mac = Mac::from_bytes(bytes.data() + at);
  return mac.is_zero() ? std::nullopt : std::optional(mac);
}

// ff02::1:ffXX:XXXX (RFC 4291, section 2.7.1).
IpAddress solicited_node_group(const IpAddress& address) {
  constexpr std::string_view kPrefix("\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff", 13);
  WireBytes group;
  group.raw(kPrefix);
  for (size_t i = kPrefix.size(); i < address.size(); ++i) group.u8(address.bytes()[i]);
  return address_at(group.str(), 0, Family::kIpv6);
}

std::string arp_probe(const IpAddress& address, const Mac& sender) {
  WireBytes frame;
  frame.raw("\xff\xff\xff\xff\xff\xff").mac(sender).u16(kArp).raw(kArpStart).u16(kArpRequest);
  frame.mac(sender).address(IpAddress::any(Family::kIpv4)).zeros(kMacSize).address(address);
  return frame.str();
}

std::string neighbour_solicitation(const IpAddress& address, const Mac& sender) {
  return discovery_frame(sender, IpAddress::any(Family::kIpv6), solicited_node_group(address),
                         kSolicitation,
                         WireBytes().zeros(kTargetAt - kFlagsAt).address(address).str());
}

std::optional<AddressClaim> arp_claim(std::string_view frame) {
  if (frame.size() < kEtherSize + kArpSize) return std::nullopt;
  if (frame.substr(kEtherSize, kArpStart.size()) != kArpStart) return std::nullopt;
  const uint16_t operation = word_at(frame, kArpOperationAt);
  if (operation != kArpRequest && operation != kArpReply) return std::nullopt;
  const auto mac = mac_at(frame, kArpSenderMacAt);
  if (!mac) return std::nullopt;
  const IpAddress sender = address_at(frame, kArpSenderIpAt, Family::kIpv4);
  if (!sender.is_any()) return AddressClaim{sender, *mac};
  if (operation != kArpRequest) return std::nullopt;
  return AddressClaim{address_at(frame, kArpTargetIpAt, Family::kIpv4), *mac};
}

// A message's options by type, each the first of its kind; absent where one is cut short.
using Options = std::array<std::string_view, kTargetLinkLayer + 1>;
std::optional<Options> options_of(std::string_view message) {
  Options options;
  for (std::string_view rest = message.substr(kDiscoverySize); !rest.empty();) {
    if (rest.size() < kOptionUnit) return std::nullopt;
    const size_t size = byte_at(rest, 1) * kOptionUnit;
    if (size == 0 || size > rest.size()) return std::nullopt;
    const uint8_t type = byte_at(rest, 0);
    if (type < options.size() && options[type].empty()) options[type] = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  return options;
}

// RFC 4861, section 7.1.2.
std::optional<AddressClaim> advertised(std::string_view frame, std::string_view message,
                                       const IpAddress& target, const Options& options) {
  const bool solicited = byte_at(message, kFlagsAt) & kSolicited;
  if (solicited && byte_at(frame, kDestinationAt) == 0xff) return std::nullopt;
  const std::string_view option = options[kTargetLinkLayer];
  const auto mac = option.empty() ? mac_at(frame, kMacSize) : mac_at(option, 2);
  return mac ? std::optional(AddressClaim{target, *mac}) : std::nullopt;
}

// Another node that looks for duplicates (RFC 4862, section 5.4.3): from ::, which needs the
// target's own group and forbids a link-layer address (RFC 4861, section 7.1.1). Any other
// solicitation comes from somebody who looks for the address, not from one who has it.
std::optional<AddressClaim> solicited(std::string_view frame, const IpAddress& target,
                                      const Options& options) {
  if (!address_at(frame, kSourceAt, Family::kIpv6).is_any()) return std::nullopt;
  if (!options[kSourceLinkLayer].empty()) return std::nullopt;
  if (address_at(frame, kDestinationAt, Family::kIpv6) != solicited_node_group(target)) {
    return std::nullopt;
  }
  const auto mac = mac_at(frame, kMacSize);
  return mac ? std::optional(AddressClaim{target, *mac}) : std::nullopt;
}

// The ICMPv6 message of a frame, without what Ethernet may have padded.
std::optional<std::string_view> icmpv6_message(std::string_view frame) {
  if (frame.size() < kEtherSize + kIpv6Size) return std::nullopt;
  if (byte_at(frame, kEtherSize) >> 4 != kIpv6Version) return std::nullopt;
  if (byte_at(frame, kNextHeaderAt) != kIcmpv6) return std::nullopt;
  const size_t size = word_at(frame, kPayloadLengthAt);
  const std::string_view payload = frame.substr(kEtherSize + kIpv6Size);
  if (size > payload.size()) return std::nullopt;
  return payload.substr(0, size);
}

std::optional<AddressClaim> discovery_claim(std::string_view frame) {
  const auto message = icmpv6_message(frame);
  if (!message || message->size() < kDiscoverySize) return std::nullopt;
  if (byte_at(frame, kHopLimitAt) != kDiscoveryHopLimit || byte_at(*message, 1) != 0)
    return std::nullopt;
  const IpAddress source = address_at(frame, kSourceAt, Family::kIpv6);
  const IpAddress destination = address_at(frame, kDestinationAt, Family::kIpv6);
  if (icmpv6_checksum(source, destination, *message) != 0) return std::nullopt;
  const IpAddress target = address_at(*message, kTargetAt, Family::kIpv6);
  const auto options = options_of(*message);
  if (target.is_multicast() || !options) return std::nullopt;
  switch (byte_at(*message, 0)) {
    case kAdvertisement:
      return advertised(frame, *message, target, *options);
    case kSolicitation:
      return solicited(frame, target, *options);
    default:
      return std::nullopt;
  }
}

template <typename T>
bool contains(const std::vector<T>& items, const T& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace

std::string probe_frame(const IpAddress& address, const Mac& sender) {
  return address.family() == Family::kIpv4 ? arp_probe(address, sender)
                                           : neighbour_solicitation(address, sender);
}

std::optional<AddressClaim> claim_in(std::string_view frame) {
  if (frame.size() < kEtherSize) return std::nullopt;
  switch (word_at(frame, kEtherTypeAt)) {
    case kArp:
      return arp_claim(frame);
    case kIpv6:
      return discovery_claim(frame);
    default:
      return std::nullopt;
  }
}

std::optional<AddressClaim> conflict_in(std::string_view frame,
                                        const std::vector<IpAddress>& addresses,
                                        const std::vector<Mac>& own) {
  const auto claim = claim_in(frame);
  if (!claim || !contains(addresses, claim->address) || contains(own, claim->mac)) {
    return std::nullopt;
  }
  return claim;
}

}  // namespace patchbay
