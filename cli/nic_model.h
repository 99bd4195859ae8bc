// Which of KubeVirt's NIC models stands for the source's adapter.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::cli {

struct NicModel {
  std::string model;
  std::string why;  // empty: it is the source's own

  bool operator==(const NicModel&) const = default;
};

// A model that KubeVirt has stays. Of the rest (vmxnet3, a VF, one that is not said) a guest gets
// virtio; Windows has no driver of its own for that, and gets e1000e. `wished` wins, where not
// empty.
NicModel nic_model(std::string_view adapter, std::string_view guest, std::string_view wished);

}  // namespace patchbay::cli
