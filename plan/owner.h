// Whose a parked record is, so that CNI's GC can tell what a runtime still knows of from what it
// has forgotten. What a container is called does not go into its pod: only a mark of it.
#pragma once

#include <string>
#include <string_view>

namespace patchbay {

// Of the call that made the record. Empty: unknown, as in records from before this was kept.
struct Owner {
  std::string network;     // the CNI network's name: the `name` of the configuration
  std::string attachment;  // attachment_mark() of the call

  bool empty() const { return network.empty(); }
  bool operator==(const Owner&) const = default;
};

// The first 16 hex digits of SHA-256 over CNI_CONTAINERID, a NUL and CNI_IFNAME.
inline constexpr size_t kMarkDigits = 16;
std::string attachment_mark(std::string_view container_id, std::string_view if_name);

}  // namespace patchbay
