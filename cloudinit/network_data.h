// What the guest is told: its network configuration in the form that its volume and its reader
// take, and the decision whether to say anything. What users wrote as networkData is read in this
// folder only.
#pragma once

#include <string>

#include "cloudinit/guest_nic.h"
#include "plan/cloud_init_data.h"
#include "plan/network_plan.h"

namespace patchbay::cloudinit {

// One entry for each attachment, found by its MAC; the plan's other NICs with DHCPv4.
// - kV2: netplan-style, inside the subset that every renderer of cloud-init takes
//   (docs.cloud-init.io, "Networking config Version 2"), but for what is said to netplan alone;
// - kV1: for cloudbase-init (its nocloudservice.py); also for cloud-init beside a user's own v1;
// - kNetworkData: OpenStack's network_data.json, for both readers of a ConfigDrive.
// What each reader makes of it is measured in tests/net_convert_test.py. v1 and v2 are in block
// style with `network:` around it, as KubeVirt passes it through.
//
// What the format and the guest have no word for is left out and named in `diagnostics`: a warning
// where the address works without it, an error where the NIC would not.
std::string render(const NetworkPlan& plan, Format format, Diagnostics& diagnostics);

struct Handover {
  std::string user_data;     // to be returned to KubeVirt: never empty
  std::string network_data;  // the same; empty: none is given to the guest
  Diagnostics diagnostics;   // errors where an address can't be handed over

  bool operator==(const Handover&) const = default;
};

// What PreCloudInitIso answers. Of what the user wrote every byte stays (merge.h): in networkData
// their entry of a NIC wins, with a warning for the addresses that it hides; NICs that are not
// mentioned are added in the user's format and style where that is certain, else a warning shows
// what to add by hand. A plain cloud-config is told to apply networkData at each boot
// (user_data_updates.h) where something of ours is in it, unless the plan says otherwise. Throws
// nothing for what a user wrote.
Handover hand_over(const NetworkPlan& plan, const CloudInitData& data);

}  // namespace patchbay::cloudinit
