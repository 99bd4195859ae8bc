// What the pod's side of one attachment was built with, and for whom, beyond its backend: the
// record keeps it, so that DEL and CHECK rebuild the same steps from the record alone.
#pragma once

#include <string>
#include <vector>

#include "plan/guard.h"
#include "plan/net_types.h"
#include "plan/owner.h"
#include "plan/vlan_range.h"

namespace patchbay {

struct Wiring {
  bool mac_spoof_check = false;  // the network drops what another MAC than the pod's sends
  bool multi_queue = false;      // the tap takes several queues, and never just one
  bool keeps_addresses =
      false;                  // the pod's NIC receives by its addresses (ipvlan): they stay on it
  bool lro = false;           // the pod's NIC had large receive offload on; it is off now
  bool lent = false;          // the pod's NIC goes back to the host: a listener bears its flags
  bool responder = false;     // what the guest asks by DHCP is answered at its tap
  Guard guard = Guard::kOff;  // what leaves the guest's port
  std::vector<IpPrefix> allowed;  // by Guard::kFull, beside the guest's own addresses
  std::vector<VlanRange> trunk;   // the tagged frames that pass; empty: all
  Owner owner;

  bool operator==(const Wiring&) const = default;
};

}  // namespace patchbay
