#include "binding/icmpv6.h"

#include <linux/if_ether.h>

#include "binding/wire_bytes.h"

namespace patchbay {
namespace {

WireBytes icmpv6_message(uint8_t type, uint16_t checksum, std::string_view body) {
  return WireBytes().u8(type).u8(0).u16(checksum).raw(body);
}

}  // namespace

uint16_t icmpv6_checksum(const IpAddress& source, const IpAddress& destination,
                         std::string_view message) {
  WireBytes bytes;
  bytes.address(source).address(destination).u32(message.size()).u32(kIcmpv6).raw(message);
  if (bytes.size() % 2 == 1) bytes.u8(0);
  const auto byte = [&bytes](size_t at) -> uint32_t {
    return static_cast<uint8_t>(bytes.str()[at]);
  };
  uint32_t sum = 0;
  for (size_t at = 0; at < bytes.size(); at += 2) sum += byte(at) << 8 | byte(at + 1);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

std::string discovery_frame(const Mac& sender, const IpAddress& source, const IpAddress& group,
                            uint8_t type, std::string_view body) {
  const WireBytes open = icmpv6_message(type, 0, body);
  const WireBytes message = icmpv6_message(type, icmpv6_checksum(source, group, open.str()), body);
  WireBytes frame;
  frame.u16(0x3333);  // RFC 2464, section 7
  for (size_t i = 12; i < group.size(); ++i) frame.u8(group.bytes()[i]);
  frame.mac(sender).u16(ETH_P_IPV6);
  frame.u32(0x60000000).u16(message.size()).u8(kIcmpv6).u8(kDiscoveryHopLimit);
  return frame.address(source).address(group).raw(message.str()).str();
}

}  // namespace patchbay
