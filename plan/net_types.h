// Checked types for what crosses a border: once one of these exists, its content is legal. Parsers
// throw Error{kInvalidInput} whose message says what was expected and what was found.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

enum class Family { kIpv4, kIpv6 };
std::string_view name(Family family);  // "IPv4", "IPv6"

class IpAddress {
 public:
  // Dotted quad or RFC 4291 text, no zone, no prefix. IPv4-mapped IPv6 stays IPv6.
  static IpAddress parse(std::string_view text);
  // 4 or 16 bytes in network order.
  static IpAddress from_bytes(Family family, const void* bytes);
  static IpAddress any(Family family);

  Family family() const { return family_; }
  const uint8_t* bytes() const { return bytes_.data(); }
  size_t size() const { return family_ == Family::kIpv4 ? 4 : 16; }
  uint8_t bits() const { return static_cast<uint8_t>(size() * 8); }
  bool is_any() const;
  bool is_loopback() const;       // 127.0.0.0/8, ::1
  bool is_multicast() const;      // 224.0.0.0/4, ff00::/8
  bool is_link_local() const;     // 169.254.0.0/16, fe80::/10
  std::string to_string() const;  // RFC 5952

  auto operator<=>(const IpAddress&) const = default;

 private:
  Family family_ = Family::kIpv4;
  std::array<uint8_t, 16> bytes_{};
};

// An address with its prefix length; host bits are kept ("192.168.0.62/26" stays what it is).
struct IpPrefix {
  IpAddress address;
  uint8_t length = 0;

  static IpPrefix parse(std::string_view text);  // the length is required
  Family family() const { return address.family(); }
  bool is_default() const { return length == 0 && address.is_any(); }
  bool contains(const IpAddress& other) const;
  IpPrefix network() const;  // host bits cleared
  std::string to_string() const;

  auto operator<=>(const IpPrefix&) const = default;
};

std::string to_string(const std::vector<IpPrefix>& prefixes);  // "a, b"; "none" for no prefix

// A 48-bit unicast MAC; printed in lower case with colons.
class Mac {
 public:
  static constexpr size_t kSize = 6;

  Mac() = default;
  static Mac parse(std::string_view text);  // ':' or '-', either case
  static Mac from_bytes(const void* six_bytes);
  bool is_zero() const;
  const uint8_t* bytes() const { return bytes_.data(); }
  std::string to_string() const;

  auto operator<=>(const Mac&) const = default;

 private:
  std::array<uint8_t, 6> bytes_{};
};

// A link name the kernel takes (dev_valid_name, net/core/dev.c): 1 to 15 bytes, no '/', ':' or
// white space, not "." or "..".
class IfName {
 public:
  IfName() = default;
  static IfName parse(std::string_view text);
  static bool is_legal(std::string_view text);
  const std::string& str() const { return text_; }
  const char* c_str() const { return text_.c_str(); }
  bool empty() const { return text_.empty(); }

  auto operator<=>(const IfName&) const = default;

 private:
  std::string text_;
};

// DDDD:BB:SS.F in hexadecimal, as VMI specs write it.
struct PciAddress {
  uint16_t domain = 0;
  uint8_t bus = 0;
  uint8_t slot = 0;
  uint8_t function = 0;

  static PciAddress parse(std::string_view text);
  std::string to_string() const;

  auto operator<=>(const PciAddress&) const = default;
};

// Bytes of layer-3 payload. RFC 791: at least 68; the kernel's and IP's upper bound is 65535.
inline constexpr uint32_t kMinMtu = 68;
inline constexpr uint32_t kMaxMtu = 65535;
inline constexpr uint32_t kMinIpv6Mtu = 1280;  // RFC 8200, section 5

}  // namespace patchbay
