// A file that the kubelet projects into the container from the pod's annotations. It may come late,
// be empty at first, and is replaced by swapping the symbolic links above it: so nothing is kept
// open, and each look is a new one.
#pragma once

#include <optional>
#include <string>

namespace patchbay::sidecar {

// kubevirt.io/network-info, by a registration with `downwardAPI: device-info`.
inline constexpr char kNetworkInfoPath[] = "/etc/podinfo/network-info";
// k8s.v1.cni.cncf.io/network-status, where whoever runs the cluster mounts it.
inline constexpr char kNetworkStatusPath[] = "/etc/patchbay/network-status";

// The whole text as it is now; empty where its folder is mounted and it is not there yet; nothing
// where its folder is not. Throws Error{kIo} for any other failure and beyond 1 MiB.
std::optional<std::string> read_projected_file(const std::string& path);

}  // namespace patchbay::sidecar
