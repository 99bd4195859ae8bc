// Which readings speak of the same VM.
#pragma once

#include <string>
#include <vector>

#include "cli/source.h"

namespace patchbay::cli {

struct VmGroup {
  std::string name;
  std::vector<const VmReading*> readings;  // in the order given; point into what group_vms() got
};

// One VM: the same managed object id and no different UUIDs; or one UUID; or one name, where MACs,
// if both have any, have one in common. A reading without name (device.info, GuestInfo) joins the
// one VM that has its UUID or one of its MACs. One that fits none is listed by its MAC where it has
// NICs; else, or where several have the MAC, it is left out, and a diagnostic says so.
std::vector<VmGroup> group_vms(const std::vector<Reading>& readings, Diagnostics& diagnostics);

}  // namespace patchbay::cli
