#include "cli/nic_model.h"

#include <algorithm>

#include "cli/network_map.h"
#include "plan/text.h"

namespace patchbay::cli {

NicModel nic_model(std::string_view adapter, std::string_view guest, std::string_view wished) {
  const std::string own = lower_case(adapter);
  if (!wished.empty()) {
    return {std::string(wished), own == wished ? "" : "the map says model " + std::string(wished)};
  }
  if (std::find(kNicModels.begin(), kNicModels.end(), own) != kNicModels.end()) return {own, ""};
  const std::string said =
      own.empty() ? "the source says no adapter" : printable(own) + " is no model of KubeVirt's";
  // What VMware's vlance and "flexible" show to the guest is an AMD PCnet.
  if (own == "pcnet32" || own == "vlance" || own == "flexible") {
    return {"pcnet", said + ": pcnet is the same chip"};
  }
  if (guest != "windows") return {"virtio", said + ": virtio"};
  return {"e1000e", said +
                        ": e1000e, for which Windows has a driver (where the guest has virtio's, "
                        "say `model: virtio` for it in the map)"};
}

}  // namespace patchbay::cli
