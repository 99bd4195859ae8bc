// Bytes in network order, appended one field after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "plan/net_types.h"

namespace patchbay {

class WireBytes {
 public:
  WireBytes& u8(size_t value) {
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }
  WireBytes& u16(size_t value) { return u8(value >> 8).u8(value); }
  WireBytes& u32(size_t value) { return u16(value >> 16).u16(value); }
  WireBytes& raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  WireBytes& address(const IpAddress& address) { return first_of(address, address.size()); }
  WireBytes& first_of(const IpAddress& address, size_t count) {
    for (size_t i = 0; i < count; ++i) u8(address.bytes()[i]);
    return *this;
  }
  WireBytes& mac(const Mac& mac) {
    for (size_t i = 0; i < Mac::kSize; ++i) u8(mac.bytes()[i]);
    return *this;
  }
  WireBytes& zeros(size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }
  // A domain name as DNS has it (RFC 1035, 3.1), not compressed.
  WireBytes& domain_name(std::string_view name);

  const std::string& str() const { return bytes_; }
  size_t size() const { return bytes_.size(); }

 private:
  std::string bytes_;
};

}  // namespace patchbay
