// What the guest is told: network-config for its cloud-init, and the decision whether to say anything.
// What users wrote as networkData is read in this folder only.
#pragma once

#include <string>

#include "plan/cloud_init_data.h"
#include "plan/network_plan.h"

namespace patchbay::cloudinit {

// Netplan-style network-config version 2, inside the subset that every renderer of cloud-init takes
// (docs.cloud-init.io, "Networking config Version 2"): one entry an attachment, id from the network's
// name, matched by MAC; the plan's other NICs with DHCPv4. Block style, keys in fixed order, strings
// quoted where YAML could misread them. With `network:` around it, as KubeVirt passes it through.
std::string render_v2(const NetworkPlan& plan);

struct Handover {
  std::string user_data;     // to be returned to KubeVirt: never empty
  std::string network_data;  // the same; empty: none is given to the guest
  Diagnostics diagnostics;   // errors where an address can't be handed over
};

// What PreCloudInitIso answers. networkData that the user wrote comes back byte for byte with a
// warning for each attachment whose addresses it keeps from the guest.
Handover hand_over(const NetworkPlan& plan, const CloudInitData& data);

}  // namespace patchbay::cloudinit
