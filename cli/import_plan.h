// What `patchbay import` decided: for each VM and NIC what it will be on the cluster, and which
// networks and bridges that needs. plan_import() makes it of the inventory and the map; the
// manifests, the patches and the report (cli/import_output.h) are written from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/inventory.h"
#include "cli/network_map.h"
#include "plan/annotation.h"
#include "plan/diagnostic.h"

namespace patchbay::cli {

struct NicPlan {
  size_t index = 0;        // of the source's NIC, in the order of the hardware
  Network source;          // the network it was on
  Target target;           // never kIgnore: such a NIC is in VmPlan::left_out
  std::string network;     // the VMI's name for interface and network: a DNS label
  std::optional<Mac> mac;  // kept; nothing where the source has none
  std::string model;    // KubeVirt's interface model: "virtio", "e1000e", …; empty with "sriov"
  std::string binding;  // plan/bindings.h; "sriov": KubeVirt's own; empty: masquerade, of the pod
  bool link_down = false;               // was not connected at start
  Addressing before;                    // as the source says
  std::optional<NetworkWishes> wishes;  // its entry in patchbay.io/networks; nothing: none
  std::vector<IpAddress> fixed;  // that the guest will have, told or kept; none that DHCP gives
  std::string why;               // for the report: what decided, and what the guest will see of it

  bool operator==(const NicPlan&) const = default;
};

struct VmPlan {
  std::string source_name;  // its key in Inventory::vms
  std::string name_space;
  std::string name;  // the source's made a DNS label, or the map's
  GuestConfig guest_config = GuestConfig::kKeep;
  std::vector<NicPlan> nics;
  std::vector<std::pair<size_t, std::string>> left_out;  // NICs nobody wants, with the reason

  bool operator==(const VmPlan&) const = default;
};

// Whether its guest is to be told addresses by DHCP.
bool needs_responder(const NicPlan& nic);

// A NetworkAttachmentDefinition to be written.
struct NadPlan {
  std::string name_space;
  std::string name;
  std::string bridge;
  std::optional<uint16_t> vlan;      // nothing: untagged
  std::vector<std::string> sources;  // the display names of the networks that lead to it
  bool responder = false;            // some of its VMs are told their addresses by DHCP

  bool operator==(const NadPlan&) const = default;
};

// A bridge of the nodes that NMState makes; one without a port in the map is expected to be there.
struct BridgePlan {
  std::string bridge;
  std::string port;             // the nodes' NIC
  std::vector<uint16_t> vlans;  // that its NADs use, sorted, each once
  bool untagged = false;        // a NAD uses it without VLAN

  bool operator==(const BridgePlan&) const = default;
};

struct ImportPlan {
  std::vector<VmPlan> vms;          // in the inventory's order
  std::vector<NadPlan> nads;        // by namespace and name; without those that are there already
  std::vector<BridgePlan> bridges;  // by name
  Diagnostics diagnostics;          // an error in it: nothing is written

  bool operator==(const ImportPlan&) const = default;
};

// Finds what can't be before anything runs: an unmapped NIC, the same address or MAC twice in one
// network, an address outside its network, a VLAN without bridge, names that collide. All of them
// are collected as errors that name the VM, the NIC, what was expected, found and what to do.
ImportPlan plan_import(const Inventory& inventory, const NetworkMap& map);

}  // namespace patchbay::cli
