// Who has a pod's taps open, as far as /proc shows it: all to root on the node, the pod's own
// processes to its user, others' to nobody else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/panel.h"

namespace patchbay::cli {

struct TapHolders {
  std::vector<Holder> holders;        // by process
  std::vector<std::string> networks;  // libvirt's aliases of NICs on QEMU's command line, without
                                      // KubeVirt's "ua-"
};

// Of the processes in the network namespace `id`. What can't be read is passed over.
TapHolders find_tap_holders(uint64_t id);

}  // namespace patchbay::cli
