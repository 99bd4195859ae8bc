// The patch panel of a pod: for each NIC of its VM what it is plugged into, from the guest's tap to
// the node's bridge, with what is parked for the guest and what has changed since. A value, made by
// one pure function of what was read; text, picture and JSON are written from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binding/drift.h"
#include "binding/namespace_view.h"
#include "plan/names.h"
#include "plan/record.h"

namespace patchbay::cli {

// A process that has a tap open.
struct Holder {
  IfName tap;
  int pid = 0;
  std::string program;

  bool operator==(const Holder&) const = default;
};

struct PanelSources {
  NamespaceView pod;
  std::optional<NamespaceView> node;  // absent: not visible from here
  std::optional<int> node_number;     // by which the pod's namespace knows the node's
  std::vector<std::string> networks;  // names that VMI networks may have
  std::vector<Holder> holders;
};

// How the guest's NIC and the pod's are joined. kNat: the pod network behind KubeVirt's masquerade;
// kDevice: a device handed to the guest as it is; kNothing: not at all, or not by us.
enum class Join { kRedirect, kBridge, kTap, kMacvtap, kDevice, kNat, kNothing };

// What the pod's NIC is plugged into. kPort: a veth's other end, perhaps a bridge's port; kParent:
// what a macvlan, ipvlan or vlan lies on, or the pod's own bridge that a tap is in; kFunction: the
// card of a virtual function.
struct FarEnd {
  enum class Kind { kNone, kHidden, kPort, kParent, kFunction };

  Kind kind = Kind::kNone;
  std::string hidden;              // why it can't be seen
  std::optional<SeenLink> link;    // of the three last kinds
  std::optional<SeenLink> bridge;  // kPort: what `link` belongs to
  std::optional<uint16_t> vlan;    // of a vlan, or as the card has it for the function
  std::optional<uint32_t> function;
  bool in_pod = false;  // `link` is in the pod itself

  bool operator==(const FarEnd&) const = default;
};

struct PanelNic {
  std::string network;  // the VMI's name for it; empty: not known here
  LinkNames names;
  Join join = Join::kNothing;
  bool whole = false;  // all that joins them is there and up
  Mac mac;             // the guest's; zero: not known
  std::optional<SeenLink> tap;
  std::optional<SeenLink> bridge;  // in the pod, between tap and NIC
  std::optional<SeenLink> nic;     // kTap, kMacvtap: what the guest itself opens
  std::vector<Holder> holders;
  FarEnd far;
  std::optional<SeenPort> port;  // its guard and responder, as they say themselves
  std::optional<Record> parked;
  std::vector<IfName> parked_in;
  std::vector<Drift> drift;  // empty where nothing is parked: nobody knows how it should be
};

struct Panel {
  uint64_t id = 0;             // of the pod's namespace
  std::vector<PanelNic> nics;  // in the order in which the pod got them
};

// A row for each record, each pod interface that KubeVirt named, and the pod network where a tap
// is on it. A record that can't be read is a drift.
Panel make_panel(const PanelSources& sources);

size_t drift_count(const Panel& panel);

// The filter that sends what `from` receives out of `to`; null where there is none.
const SeenFilter* redirect_between(const std::optional<SeenLink>& from,
                                   const std::optional<SeenLink>& to);

}  // namespace patchbay::cli
