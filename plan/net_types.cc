#include "plan/net_types.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

// INET6_ADDRSTRLEN is the longest text inet_pton could want, its final NUL included.
constexpr size_t kLongestAddress = INET6_ADDRSTRLEN - 1;
constexpr size_t kLongestIfName = 15;  // IFNAMSIZ - 1

[[noreturn]] void refuse(std::string_view expected, std::string_view found) {
  throw Error(Errc::kInvalidInput,
              "expected " + std::string(expected) + ", found " + in_quotes(found));
}

int af(Family family) { return family == Family::kIpv4 ? AF_INET : AF_INET6; }

// The whole of `text` as a number of `base`, within `max`, of at most `digits` digits.
std::optional<unsigned> number(std::string_view text, int base, unsigned max, size_t digits) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || text.size() > digits || error != std::errc{} ||
      end != text.data() + text.size() || value > max) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::string_view name(Family family) { return family == Family::kIpv4 ? "IPv4" : "IPv6"; }

IpAddress IpAddress::parse(std::string_view text) {
  IpAddress address;
  const std::string zero_ended(text.substr(0, kLongestAddress + 1));
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    if (text.size() <= kLongestAddress && text.find('\0') == std::string_view::npos &&
        inet_pton(af(family), zero_ended.c_str(), address.bytes_.data()) == 1) {
      address.family_ = family;
      return address;
    }
  }
  refuse("an IPv4 or IPv6 address without prefix length", text);
}

IpAddress IpAddress::from_bytes(Family family, const void* bytes) {
  IpAddress address;
  address.family_ = family;
  std::memcpy(address.bytes_.data(), bytes, address.size());
  return address;
}

IpAddress IpAddress::any(Family family) {
  IpAddress address;
  address.family_ = family;
  return address;
}

bool IpAddress::is_any() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](uint8_t b) { return b == 0; });
}

bool IpAddress::is_loopback() const {
  if (family_ == Family::kIpv4) return bytes_[0] == 127;
  return bytes_[15] == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](uint8_t b) { return b == 0; });
}

bool IpAddress::is_multicast() const {
  return family_ == Family::kIpv4 ? (bytes_[0] & 0xf0U) == 0xe0 : bytes_[0] == 0xff;
}

bool IpAddress::is_link_local() const {
  if (family_ == Family::kIpv4) return bytes_[0] == 169 && bytes_[1] == 254;
  return bytes_[0] == 0xfe && (bytes_[1] & 0xc0U) == 0x80;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(af(family_), bytes_.data(), text.data(), text.size());
  return text.data();
}

IpPrefix IpPrefix::parse(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    refuse("an address with its prefix length, such as 192.168.0.62/26", text);
  }
  IpPrefix prefix;
  prefix.address = IpAddress::parse(text.substr(0, slash));
  const auto length = number(text.substr(slash + 1), 10, prefix.address.bits(), 3);
  if (!length) {
    refuse("a prefix length from 0 to " + std::to_string(prefix.address.bits()) + " after the '/'",
           text);
  }
  prefix.length = static_cast<uint8_t>(*length);
  return prefix;
}

IpPrefix IpPrefix::network() const {
  std::array<uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), address.bytes(), address.size());
  for (size_t bit = length; bit < address.bits(); ++bit) {
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] & ~(0x80U >> (bit % 8)));
  }
  return {IpAddress::from_bytes(address.family(), bytes.data()), length};
}

bool IpPrefix::contains(const IpAddress& other) const {
  return other.family() == family() &&
         IpPrefix{other, length}.network().address == network().address;
}

std::string IpPrefix::to_string() const {
  return address.to_string() + "/" + std::to_string(static_cast<unsigned>(length));
}

std::string to_string(const std::vector<IpPrefix>& prefixes) {
  std::vector<std::string> texts;
  texts.reserve(prefixes.size());
  for (const IpPrefix& prefix : prefixes) texts.push_back(prefix.to_string());
  return join(texts);
}

Mac Mac::parse(std::string_view text) {
  static constexpr std::string_view kForm = "a unicast MAC address such as 02:00:00:00:00:01";
  constexpr size_t kTextLength = 17;
  Mac mac;
  if (text.size() != kTextLength) refuse(kForm, text);
  for (size_t i = 0; i < mac.bytes_.size(); ++i) {
    const auto byte = number(text.substr(i * 3, 2), 16, 0xff, 2);
    const bool separated = i == 5 || ((text[i * 3 + 2] == ':' || text[i * 3 + 2] == '-') &&
                                      text[i * 3 + 2] == text[2]);
    if (!byte || !separated) refuse(kForm, text);
    mac.bytes_[i] = static_cast<uint8_t>(*byte);
  }
  if (mac.is_zero() || (mac.bytes_[0] & 1U) != 0) refuse(kForm, text);
  return mac;
}

Mac Mac::from_bytes(const void* six_bytes) {
  Mac mac;
  std::memcpy(mac.bytes_.data(), six_bytes, mac.bytes_.size());
  return mac;
}

bool Mac::is_zero() const { return *this == Mac{}; }

std::string Mac::to_string() const {
  std::array<char, 18> text{};
  std::snprintf(text.data(), text.size(), "%02x:%02x:%02x:%02x:%02x:%02x", bytes_[0], bytes_[1],
                bytes_[2], bytes_[3], bytes_[4], bytes_[5]);
  return text.data();
}

bool IfName::is_legal(std::string_view text) {
  if (text.empty() || text.size() > kLongestIfName || text == "." || text == "..") return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return c == '\0' || c == '/' || c == ':' || c == ' ' || (c >= '\t' && c <= '\r');
  });
}

IfName IfName::parse(std::string_view text) {
  if (!is_legal(text)) {
    refuse("a link name of 1 to 15 bytes without '/', ':' or white space", text);
  }
  IfName if_name;
  if_name.text_ = text;
  return if_name;
}

PciAddress PciAddress::parse(std::string_view text) {
  static constexpr std::string_view kForm = "a PCI address such as 0000:81:00.1";
  constexpr size_t kTextLength = 12;
  if (text.size() != kTextLength || text[4] != ':' || text[7] != ':' || text[10] != '.') {
    refuse(kForm, text);
  }
  const auto domain = number(text.substr(0, 4), 16, 0xffff, 4);
  const auto bus = number(text.substr(5, 2), 16, 0xff, 2);
  const auto slot = number(text.substr(8, 2), 16, 0x1f, 2);
  const auto function = number(text.substr(11, 1), 16, 7, 1);
  if (!domain || !bus || !slot || !function) refuse(kForm, text);
  return {static_cast<uint16_t>(*domain), static_cast<uint8_t>(*bus), static_cast<uint8_t>(*slot),
          static_cast<uint8_t>(*function)};
}

std::string PciAddress::to_string() const {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04x:%02x:%02x.%x", domain, bus, slot, function);
  return text.data();
}

}  // namespace patchbay
