// What runs in the VM, as far as its network configuration depends on it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/diagnostic.h"

namespace patchbay {

inline constexpr std::string_view kGuestAnnotation = "patchbay.io/guest";
// "boot" (as without it): a changed address is applied at the next boot; "first-boot": never, as
// cloud-init does by itself.
inline constexpr std::string_view kApplyAnnotation = "patchbay.io/apply";

// kLinux: cloud-init, whichever renderer it uses. The renderers have cloud-init's own names
// (`system_info.network.renderers`); a guest that is said to have one gets what only that one can.
// kWindows: cloudbase-init.
enum class Guest { kLinux, kNetplan, kNetworkd, kNetworkManager, kSysconfig, kEni, kWindows };
std::string_view name(Guest guest);  // "linux", "netplan", …, "network-manager", …, "windows"
std::optional<Guest> guest_named(std::string_view text);

// What a VMI says of its guest.
struct GuestHints {
  std::string annotation;  // patchbay.io/guest; empty: none
  // Names of operating systems and preferences, from the labels and annotations that KubeVirt,
  // its templates and its instance types use: "win2k22", "windows.11.virtio", "ubuntu22.04", …
  std::vector<std::string> systems;
  std::string apply;  // patchbay.io/apply; empty: none

  bool operator==(const GuestHints&) const = default;
};

// The annotation, else the systems: Windows where one is called "win…", netplan where one is
// called "ubuntu…" (its images have no other renderer), else Linux. An annotation that is none of
// the names is an error in `diagnostics`.
Guest guest_of(const GuestHints& hints, Diagnostics& diagnostics);

// Whether a changed address is applied at the next boot; an unknown annotation is an error.
bool applied_at_each_boot(const GuestHints& hints, Diagnostics& diagnostics);

}  // namespace patchbay
