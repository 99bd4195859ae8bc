// From what a guest reports to how each NIC is addressed: which report entry is which NIC's, what
// is static, which NIC a gateway belongs to. Knows no source's format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/inventory.h"
#include "cli/source.h"

namespace patchbay::cli {

struct NicFinding {
  Addressing addressing;
  std::vector<NicWarning> warnings;
};

struct GuestFinding {
  std::vector<std::optional<NicFinding>>
      nics;  // one for each NIC; nothing: the report is silent on it
  std::vector<std::string> ignored;
  std::vector<std::string> warnings;
  std::optional<GuestDns> global_dns;
};

// A name of the guest's for the NIC with this MAC, as its agent reports it.
struct GuestName {
  std::string name;
  Mac mac;
};

// What `report` says of these NICs. An entry is a NIC's by device key, else by MAC, else by the
// number it says, else by its name: that in `names`, or "ethN" for the N-th from 0.
GuestFinding interpret(const GuestReport& report, const std::vector<Nic>& nics,
                       const std::vector<GuestName>& names);

}  // namespace patchbay::cli
