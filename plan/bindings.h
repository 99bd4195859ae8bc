// The bindings that are ours, by the names under which their sidecars are registered with KubeVirt,
// and by what each lets a guest learn its addresses.
#pragma once

#include <string_view>

namespace patchbay {

inline constexpr std::string_view kCloudInitBinding = "patchbay";  // the VM's cloud-init volume
inline constexpr std::string_view kSeedBinding = "patchbay-seed";  // a seed disc that is added
inline constexpr std::string_view kDhcpBinding = "patchbay-dhcp";  // nothing is written: DHCP

constexpr bool is_our_binding(std::string_view plugin) {
  return plugin == kCloudInitBinding || plugin == kSeedBinding || plugin == kDhcpBinding;
}

}  // namespace patchbay
