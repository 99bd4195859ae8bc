// What the guest is told: network-config for its cloud-init, and the decision whether to say
// anything. What users wrote as networkData is read in this folder only.
#pragma once

#include <string>

#include "plan/cloud_init_data.h"
#include "plan/network_plan.h"

namespace patchbay::cloudinit {

// Netplan-style network-config version 2, inside the subset that every renderer of cloud-init takes
// (docs.cloud-init.io, "Networking config Version 2"; what each renderer makes of it is measured in
// tests/net_convert_test.py): one entry an attachment, id from the network's name, matched by MAC;
// the plan's other NICs with DHCPv4. Block style, keys in fixed order, strings quoted where YAML
// could misread them. With `network:` around it, as KubeVirt passes it through.
//
// What that subset can't say is left out and named in `diagnostics`: a warning where the address
// works without it, an error where the NIC would not.
std::string render_v2(const NetworkPlan& plan, Diagnostics& diagnostics);

struct Handover {
  std::string user_data;     // to be returned to KubeVirt: never empty
  std::string network_data;  // the same; empty: none is given to the guest
  Diagnostics diagnostics;   // errors where an address can't be handed over

  bool operator==(const Handover&) const = default;
};

// What PreCloudInitIso answers. networkData that the user wrote comes back byte for byte, whatever
// it is, with a warning for each attachment whose addresses it keeps from the guest. Throws nothing
// for what a user wrote.
Handover hand_over(const NetworkPlan& plan, const CloudInitData& data);

}  // namespace patchbay::cloudinit
