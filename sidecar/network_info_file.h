// The file in which KubeVirt shows a sidecar the annotation kubevirt.io/network-info.
#pragma once

#include <optional>
#include <string>

namespace patchbay::sidecar {

inline constexpr char kNetworkInfoPath[] = "/etc/podinfo/network-info";

// The whole text as it is now: the kubelet swaps the symlinks above it, so nothing is kept open.
// Nothing where there is no such file (a registration without `downwardAPI: device-info`). Throws
// Error{kIo} for any other failure and beyond 1 MiB.
std::optional<std::string> read_network_info_file(const std::string& path);

}  // namespace patchbay::sidecar
