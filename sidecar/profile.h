// A profile is what one sidecar image does: it is registered with KubeVirt under the profile's
// name, so that the name is the binding by which the sidecar knows its interfaces. The image fixes
// it in the environment, for KubeVirt passes no arguments and does not always tell the
// registration's name.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "plan/bindings.h"
#include "plan/diagnostic.h"

namespace patchbay::sidecar {

inline constexpr char kProfileVariable[] = "PATCHBAY_PROFILE";
// Set by KubeVirt from v1.9 (pkg/network/netbinding, v1.9.0).
inline constexpr char kRegistrationVariable[] = "NETWORK_BINDING_PLUGIN_NAME";

inline constexpr std::string_view kOnDefineDomain = "OnDefineDomain";
inline constexpr std::string_view kPreCloudInitIso = "PreCloudInitIso";
inline constexpr std::string_view kShutdown = "Shutdown";

inline constexpr std::string_view kMutateDomain = "MutateDomain";  // the Plugin resource's

// By what a guest learns the addresses of the profile's interfaces. kNothing: by DHCP or from its
// own disk.
enum class Delivery { kCloudInitVolume, kSeedDisc, kNothing };

struct Profile {
  std::string_view name;
  Delivery delivery;
  std::span<const std::string_view> hook_points;  // what Info subscribes to
};

// The profile called `name`; an empty name is "patchbay". Throws Error{kBadEnvironment} naming the
// known ones.
const Profile& find_profile(std::string_view name);

// A warning where KubeVirt says that this sidecar is registered under a name by which it does not
// find its interfaces. `registration` is empty before v1.9.
std::optional<Diagnostic> check_registration(const Profile& profile, std::string_view registration);

}  // namespace patchbay::sidecar
