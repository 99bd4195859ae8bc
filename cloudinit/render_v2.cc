#include "cloudinit/network_data.h"
#include "cloudinit/v2_entry.h"
#include "cloudinit/v2_text.h"

namespace patchbay::cloudinit {

std::string render_v2(const NetworkPlan& plan, Diagnostics& diagnostics) {
  return v2_text(v2_entries(plan, diagnostics));
}

}  // namespace patchbay::cloudinit
