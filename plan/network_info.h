// The annotation kubevirt.io/network-info, which KubeVirt mounts at /etc/podinfo/network-info for
// plugins registered with `downwardAPI: device-info` (mac from v1.8, mtu from v1.9).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/net_types.h"

namespace patchbay {

struct NetworkInfo {
  struct Interface {
    std::string network;
    std::string device_type;  // deviceInfo.type: "pci", "vdpa", …; empty: none
    std::optional<Mac> mac;
    std::optional<uint32_t> mtu;

    bool operator==(const Interface&) const = default;
  };
  std::vector<Interface> interfaces;

  bool operator==(const NetworkInfo&) const = default;
};

// An empty text is an empty value: the projected file can be empty at the first call.
NetworkInfo parse_network_info(std::string_view json);

}  // namespace patchbay
