// VLAN ids as a trunk lists them (IEEE 802.1Q, 9.6): 1 to 4094; 0 stands for "no VLAN, a priority
// only", 4095 for nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace patchbay {

inline constexpr uint16_t kMinVlanId = 1;
inline constexpr uint16_t kMaxVlanId = 4094;

// `first` to `last`, both included.
struct VlanRange {
  uint16_t first = kMinVlanId;
  uint16_t last = kMinVlanId;

  bool operator==(const VlanRange&) const = default;
};

// How many a trunk may list: the filter made of them must fit one netlink message.
inline constexpr size_t kMaxTrunkRanges = 128;

}  // namespace patchbay
