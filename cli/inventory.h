// What `patchbay import` knows of VMs that run elsewhere: their NICs in the order of the hardware,
// the network each is on, and how its guest is addressed. merge_readings() makes it of what the
// readers say; the JSON and the table are printed from it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/diagnostic.h"
#include "plan/net_types.h"
#include "plan/vlan_range.h"

namespace patchbay::cli {

// VMware: VirtualPortGroup spec.vlanId, where 4095 is a trunk of all; VMwareDVSPortSetting.vlan
// (one id, ranges, or the secondary id of a private VLAN). oVirt: network.vlan.id, untagged
// without.
struct Vlan {
  enum class Mode { kUnknown, kUntagged, kAccess, kTrunk, kPrivate, kOverlay };

  Mode mode = Mode::kUnknown;
  uint16_t id = 0;                  // access; private: the secondary one
  std::optional<uint16_t> primary;  // private, where the switch says it
  std::string type;                 // private: "community", "isolated", "promiscuous"
  std::vector<VlanRange> ranges;    // trunk
  std::optional<uint16_t> raw;      // 4095, which a standard portgroup has for a trunk

  bool operator==(const Vlan&) const = default;
};

// A portgroup, an NSX segment, an oVirt network or vNIC profile. Names are ambiguous, keys are not.
struct Network {
  std::string kind;  // "DistributedVirtualPortgroup", "Network", "OpaqueNetwork", "vnic_profile"…
  std::string key;   // managed object id or UUID; empty: the source has none
  std::string name;  // as the source writes it, a slash as %2f
  std::string owner_key;   // of the switch; of a vNIC profile's network
  std::string owner_name;  // the switch's; a vNIC profile's network's
  std::string owner_uuid;  // of the switch, in lower case
  Vlan vlan;
  bool uplink = false;      // the switch's own portgroup for its host's NICs
  std::string destination;  // Forklift's NetworkMap: "NAMESPACE/NAME", "pod" or "ignored"

  bool operator==(const Network&) const = default;
};

std::string display_name(const Network& network);  // %2f is a slash, %25 a percent sign

enum class Method { kUnknown, kStatic, kDhcp };

// oVirt's guest agent reports addresses without length.
struct NicAddress {
  IpAddress address;
  std::optional<uint8_t> length;

  bool operator==(const NicAddress&) const = default;
};
std::string to_string(const NicAddress& address);

struct NicRoute {
  IpPrefix to;
  IpAddress via;

  bool operator==(const NicRoute&) const = default;
};

// How the guest addresses one NIC: what it would have to be given again. `observed` is what it had
// and got from elsewhere (DHCP, router advertisements), as text for a person.
struct Addressing {
  std::optional<Method> ipv4, ipv6;  // nothing: no address of that family but automatic ones
  Method method = Method::kUnknown;  // of both
  std::vector<NicAddress> addresses;
  std::vector<std::string> observed;
  bool ipv6_auto = false;  // it has addresses that routers announced
  std::optional<IpAddress> gateway4, gateway6;
  std::vector<NicRoute> routes;
  std::vector<IpAddress> dns;
  std::vector<std::string> search;

  bool operator==(const Addressing&) const = default;
};

// In the order they are listed.
enum class NicWarning {
  kNoGuestInfo,
  kNoAddress,
  kOriginUnknown,
  kPrefixUnknown,
  kApipa,
  kGatewayOutsideSubnet,
  kSecondDefaultRoute,
  kSriov,
  kPrivateVlan,
  kTrunk,
  kNotConnectedAtStart,
  kSeveralGuestEntries,
  kNoMac,
  kNetworkAmbiguous,
};
std::string_view name(NicWarning warning);

struct Nic {
  std::optional<int64_t> device_key;  // VirtualDevice.key
  std::optional<Mac> mac;
  std::string mac_as_configured;  // the MAC in the source's letters
  std::string adapter;            // "vmxnet3", "e1000e", "sriov", "virtio"…; empty: not said
  Network network;
  bool start_connected = true;
  std::optional<uint32_t> pci_slot;  // VMware's pciSlotNumber; many guests name the NIC by it
  Addressing addressing;
  std::vector<NicWarning> warnings;  // each once, in order

  bool operator==(const Nic&) const = default;
};

struct GuestDns {
  std::vector<IpAddress> servers;
  std::vector<std::string> search;

  bool empty() const { return servers.empty() && search.empty(); }
  bool operator==(const GuestDns&) const = default;
};

struct Vm {
  std::vector<std::string> sources;  // the files that say something of it
  std::string moid;                  // vSphere's managed object id; empty elsewhere
  std::string guest;                 // "linux", "windows", "other"; empty: not said
  std::string firmware;              // "bios", "efi"; empty: not said
  std::string power_state;           // "poweredOn", "poweredOff", "suspended"; empty: not said
  uint64_t memory_mib = 0;           // 0: not said, as of the two below
  uint64_t sockets = 0;              // of processors
  uint64_t cores = 0;                // of each socket
  std::vector<Nic> nics;
  std::vector<std::string> ignored;  // what the guest has and nobody will give it
  std::vector<std::string> warnings;
  std::optional<GuestDns> global_dns;  // the guest's, where NICs have their own beside it

  bool operator==(const Vm&) const = default;
};

struct Inventory {
  std::map<std::string, Vm> vms;  // by name; of two with one name the second is "NAME (2)"
  std::vector<Network> networks;  // by key, then name; no uplinks
  Diagnostics diagnostics;        // contradictions between sources, and what was left out

  bool operator==(const Inventory&) const = default;
};

// {"vms": {NAME: {…}}, "networks": [], "diagnostics": []}, documented in cli/README.md.
std::string to_json(const Inventory& inventory);

// For a person: a line for each NIC, the columns as wide as their text on a terminal, nothing in it
// that could drive one; then the diagnostics.
std::string to_table(const Inventory& inventory);

}  // namespace patchbay::cli
