// Which backend wires a pod's interface: by its kind, unless the NAD asks for another that can work
// there. Pure.
#pragma once

#include <string>

#include "binding/kernel.h"
#include "plan/nad_options.h"
#include "plan/network_plan.h"

namespace patchbay {

struct BackendQuestion {
  std::string network;
  LinkState nic;
  std::string ipam;  // the network's kind; empty: none, or not known
  NadOptions options;
};

struct BackendChoice {
  Backend backend;
  std::string why;  // for the record and the log: the NIC's kind, and who asked
};

//   kind of the NIC      auto      also
//   veth, vlan, device   redirect  bridge
//   macvlan, ipvlan L2   redirect
//   tap                  tap
//   macvtap              macvtap
//
// Throws Error{kUnsupported} that names the network, the NIC and what to do for any other kind
// (ipvlan L3, no Ethernet), for a mode that the kind has not, and for options that the backend
// can't fulfil: a trunk is filtered by redirect only; a tap that is there already has its owner and
// its queues; the CNI dhcp daemon hears its server's answers through redirect only.
BackendChoice choose_backend(const BackendQuestion& question);

}  // namespace patchbay
