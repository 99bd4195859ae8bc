#include "plan/host_address.h"

#include <algorithm>
#include <array>

#include "plan/text.h"

namespace patchbay {
namespace {

// The subnet's highest address: all host bits set (RFC 919).
IpAddress broadcast_of(const IpPrefix& prefix) {
  std::array<uint8_t, 4> bytes{};
  std::copy_n(prefix.address.bytes(), bytes.size(), bytes.begin());
  for (size_t bit = prefix.length; bit < prefix.address.bits(); ++bit) {
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] | 0x80U >> bit % 8);
  }
  return IpAddress::from_bytes(Family::kIpv4, bytes.data());
}

}  // namespace

std::string expected_of_host(const IpPrefix& prefix) {
  const IpAddress& address = prefix.address;
  if (address.is_any() || address.is_multicast() || address.is_loopback()) {
    return "an address that a host can have";
  }
  // RFC 3021 gives /31 two hosts, and /32 is one; IPv6 has no broadcast (RFC 4291).
  if (address.family() != Family::kIpv4 || prefix.length + 1 >= address.bits()) return {};
  if (prefix.network().address == address) return "a host's address, not the network's own";
  if (broadcast_of(prefix) != address) return {};
  return "a host's address, not the broadcast address of " + prefix.network().to_string();
}

bool is_domain(std::string_view text) {
  constexpr size_t kLongestDomain = 253;
  return !text.empty() && text.size() <= kLongestDomain && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_ascii_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace patchbay
