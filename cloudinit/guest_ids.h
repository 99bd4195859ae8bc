// The ids under which a guest's configuration lists its NICs. Renderers make file names of them,
// netplan merges equal ones with the guest's own, and cloud-init before 22.2 took them for the
// NIC's name: so they are readable, legal everywhere, unique, and never what a kernel calls a NIC.
#pragma once

#include <string>
#include <vector>

#include "plan/network_plan.h"

namespace patchbay::cloudinit {

struct GuestIds {
  std::vector<std::string> attachments;  // in the plan's order
  std::vector<std::string> others;       // the same
};

// An attachment with a guest name has that as its id. The rest have the network's name, made of
// [a-z0-9-], a letter first, with "net-" before what YAML or a kernel could take for something
// else, and a number behind what is there already.
GuestIds guest_ids(const NetworkPlan& plan);

}  // namespace patchbay::cloudinit
