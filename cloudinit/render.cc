#include "cloudinit/network_data.h"
#include "cloudinit/network_data_text.h"
#include "cloudinit/v1_text.h"
#include "cloudinit/v2_text.h"

namespace patchbay::cloudinit {

std::string render(const NetworkPlan& plan, Format format, Diagnostics& diagnostics) {
  const std::vector<GuestNic> nics = guest_nics(plan, format, diagnostics);
  switch (format) {
    case Format::kV1:
      return v1_text(nics);
    case Format::kV2:
      return v2_text(nics, plan.guest);
    case Format::kNetworkData:
      return network_data_text(nics, plan.guest);
  }
  return {};
}

}  // namespace patchbay::cloudinit
