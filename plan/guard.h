// The port guard's modes, as NADs and records name them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace patchbay {

// What leaves a guest: everything; what bears its own MAC; of that, what bears its own addresses
// and is no DHCP server's or router's word (binding/responder/guard.h).
enum class Guard : uint8_t { kOff, kMac, kFull };

inline constexpr std::array<std::string_view, 3> kGuards{"off", "mac", "full"};  // by number

constexpr std::string_view name(Guard guard) { return kGuards[static_cast<size_t>(guard)]; }

// How many prefixes "allowedAddresses" may list: they and the addresses go with the filter.
inline constexpr size_t kMaxAllowedAddresses = 8;

}  // namespace patchbay
