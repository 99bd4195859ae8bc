// The map of an import: which network of the source is which on the cluster, and what the guests
// are told. One YAML, that a person writes, or `patchbay import --suggest-map` to begin with:
//
//   namespace: vms              # of the VMs and, where they name none, of the NADs; else "default"
//   guestConfig: keep           # keep | cloud-init | seed | dhcp
//   treatUnknownAs: static      # static | dhcp: addresses whose origin the source does not tell
//   networks:
//   - from: {key: dvportgroup-47}          # or name (and switch), or vlan; all that is given holds
//     to: {nad: web-100, bridge: br1, vlan: 100, port: ens6}
//   - from: {name: App, switch: ovirtmgmt}    # of a vNIC profile: its network
//     to: {nad: app, bridge: br1, subnets: [10.0.0.0/24]}
//   - from: {name: "DMZ/Public"}
//     to: {nad: dmz/public, exists: true}  # the NAD is there: it is referred to, not written
//   - from: {name: Fast}
//     to: {nad: fast, exists: true, binding: sriov}
//   - from: {name: Backup}
//     to: ignore                           # the NIC is left out
//   - from: {name: Management}
//     to: pod                              # the pod network, masqueraded; only where asked for
//   vms:
//     win05-sql: {name: sql05, namespace: db, guestConfig: dhcp, treatUnknownAs: dhcp}
//     win06: {model: virtio}               # its drivers are in the guest
//     old06: ignore                        # the VM is left out
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/inventory.h"
#include "plan/diagnostic.h"

namespace patchbay::cli {

// What the guest is told, and so the binding's name (plan/bindings.h).
enum class GuestConfig {
  kKeep,       // nothing: its disk has its configuration. MAC and NIC order are kept
  kCloudInit,  // by the VM's cloud-init volume
  kSeed,       // by a disc that patchbay adds
  kDhcp,       // by DHCP and router advertisements
};
std::string_view name(GuestConfig config);

// KubeVirt's own binding for a VF; its NAD is the SR-IOV CNI's.
inline constexpr std::string_view kSriovBinding = "sriov";

// validInterfaceModels, pkg/network/admitter, KubeVirt v1.9.0.
inline constexpr std::array<std::string_view, 7> kNicModels{"virtio",   "e1000e", "e1000",  "igb",
                                                            "ne2k_pci", "pcnet",  "rtl8139"};

struct Target {
  enum class Kind { kNad, kPod, kIgnore };

  Kind kind = Kind::kNad;
  std::string name_space;  // of the NAD
  std::string nad;
  std::string bridge;            // of the nodes; empty only where `exists`
  std::string port;              // the nodes' NIC under the bridge; empty: the bridge is there
  std::optional<uint16_t> vlan;  // nothing: untagged
  bool exists = false;           // the NAD is there
  std::string binding;  // one of plan/bindings.h, or kSriovBinding; empty: as the guest is told
  // Where its addresses have to be, and the prefix length of those that the source has without.
  std::vector<IpPrefix> subnets;

  bool operator==(const Target&) const = default;
};

// What is given has to hold, and one of key, name and VLAN is. Of several that hold a key beats a
// name, a name with its switch one without, and all of them a VLAN.
struct SourceMatch {
  std::string key;
  std::string name;  // as `--list` shows it, or as the source writes it
  std::string switch_name;
  std::optional<uint16_t> vlan;

  bool operator==(const SourceMatch&) const = default;
};

struct MapEntry {
  SourceMatch from;
  Target to;
  std::string where;  // "networks[2]", for messages

  bool operator==(const MapEntry&) const = default;
};

struct VmChoice {
  bool ignore = false;  // the VM is left out
  std::string name;
  std::string name_space;
  std::optional<GuestConfig> guest_config;
  std::optional<Method> treat_unknown_as;
  std::string model;  // of its NICs, one of KubeVirt's; empty: what is nearest to the source's

  bool operator==(const VmChoice&) const = default;
};

struct NetworkMap {
  std::string name_space = "default";
  GuestConfig guest_config = GuestConfig::kKeep;
  std::optional<Method> treat_unknown_as;  // nothing: a NIC of unknown method is an error
  std::vector<MapEntry> networks;
  std::map<std::string, VmChoice> vms;  // by the name in the inventory

  bool operator==(const NetworkMap&) const = default;
};

// All mistakes are collected into `diagnostics` as errors, with the path and a guess for a key that
// is not known; the result is of use only without errors. Throws Error{kMalformed} for what is no
// YAML.
NetworkMap parse_network_map(std::string_view yaml, Diagnostics& diagnostics);

// What suggest_map() writes where only a person knows the value, and parse_network_map() refuses.
inline constexpr std::string_view kFillIn = "FILL_IN";

// A first map: every network that a NIC is on, once, by its key where it has one. Valid YAML
// whatever the source's names hold.
std::string suggest_map(const Inventory& inventory);

}  // namespace patchbay::cli
