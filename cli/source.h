// What one file says, before anything is joined: the value between the readers (cli/read_*.cc), one
// for each kind of source, and merge_readings(), which knows no format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/inventory.h"

namespace patchbay::cli {

inline constexpr size_t kMaxSourceBytes = size_t{256} << 20;  // a vm.info of a few thousand VMs
inline constexpr size_t kMaxGuestAddresses = 20000;
inline constexpr size_t kMaxVms = 20000;  // of one import; and as many networks
inline constexpr size_t kMaxNics = 1000;  // of one VM
inline constexpr size_t kMaxGuestEntries =
    10000;  // NICs or routes of one guest; a node of a big cluster

// vSphere API, NetIpConfigInfoIpAddress: `origin` is "manual", "dhcp", "linklayer", "random",
// "other", or missing (empty), as on most Linux guests.
struct GuestAddress {
  IpAddress address;
  std::optional<uint8_t> length;
  std::string origin;
  std::string state;
  bool lifetime = false;
};

// vSphere API, GuestNicInfo. Other sources of addresses are written in the same terms.
struct GuestNic {
  std::optional<int64_t> device_key;  // deviceConfigId; -1: no virtual NIC
  std::optional<Mac> mac;
  std::optional<size_t> nic_index;  // a source that says "the first NIC"
  std::string name;                 // the guest's name for it, where it is said
  std::vector<GuestAddress> addresses;
  bool dhcp4 = false;
  bool dhcp6 = false;
  std::optional<GuestDns> dns;
};

// GuestStackInfo.ipRouteConfig. `device` counts in GuestReport::nics, and can be wrong.
struct GuestRoute {
  IpPrefix to;
  std::optional<IpAddress> via;
  std::optional<size_t> device;
};

// In order of trust.
enum class ReportKind {
  kTools,       // VMware Tools: what the guest has
  kConfigured,  // what a template or oVirt's initialization gave it
  kReported,    // oVirt's guest agent: addresses only
  kForklift,    // Forklift's static-IP string, which has addresses of any origin
};

struct GuestReport {
  ReportKind kind = ReportKind::kTools;
  std::string source;
  std::vector<GuestNic> nics;
  std::vector<GuestRoute> routes;
  GuestDns dns;                        // of the guest as a whole
  std::vector<std::string> set_aside;  // what is wrong in it, with the reason: "x (no address)"
  size_t addresses_read = 0;
};

struct VmReading {
  std::string source;
  std::string name;  // empty: the source has none; it is found by UUID or MAC
  std::string moid;
  std::vector<std::string> uuids;  // normal_uuid() of the BIOS', the instance's, oVirt's
  std::string guest;
  std::string firmware;
  std::string power_state;
  uint64_t memory_mib = 0;
  uint64_t sockets = 0;
  uint64_t cores = 0;
  std::vector<Nic> nics;  // without addressing and warnings
  std::vector<GuestReport> reports;
};

struct PrivateVlan {  // VMwareDVSPvlanMapEntry
  uint16_t primary = 0;
  uint16_t secondary = 0;
  std::string type;
};

struct SwitchReading {
  std::string key;
  std::string name;
  std::string uuid;
  std::vector<PrivateVlan> private_vlans;
};

struct Reading {
  std::string source;
  std::vector<VmReading> vms;
  std::vector<Network> networks;
  std::vector<Network> host_portgroups;  // one host's, which have names and no keys
  std::vector<SwitchReading> switches;
  Diagnostics diagnostics;
};

// The readers of text that is not JSON; false: it is not of their kind.
bool read_vmx(std::string_view text, Reading& reading);
bool read_ovf(std::string_view text, Reading& reading);
bool read_network_map(std::string_view text, Reading& reading);
bool read_static_ips(std::string_view text, Reading& reading);

// oVirt's: JSON in an OVF's VmInit.
void read_init_networks(std::string_view json, GuestReport& report, const std::string& source);

// The text of one file, whatever kind it is; `source` names it in messages. Throws
// Error{kMalformed} for text of no known kind or not well-formed, Error{kInvalidInput} for a known
// one with a field that has another type or an impossible value.
Reading read_source(std::string_view text, const std::string& source);

// Throws Error{kInvalidInput} for more VMs, networks or NICs than the limits above.
Inventory merge_readings(const std::vector<Reading>& readings);

// Hexadecimal digits in lower case: VMX writes "56 4d …-…", the API dashes.
std::string normal_uuid(std::string_view text);

// A whole number without sign; 0 for anything else, and for what is no size of a VM.
uint64_t count_of(std::string_view text);

// `cpus` are the cores of all sockets; as many sockets where they can't be shared out.
void set_processors(VmReading& vm, uint64_t cpus, uint64_t cores_per_socket);

// "linux", "windows" or "other" for a guest id of vSphere, VMX or oVirt; empty for an empty one.
std::string guest_of(std::string_view id);

// Nothing for what is no unicast MAC, which guests have on tunnels.
std::optional<Mac> mac_if_any(std::string_view text);

// Adds it, and in `report` to what is set aside where it is no address; a zone ("%3") is cut off.
// Empty text adds nothing, nor does any after kMaxGuestAddresses.
void add_address(GuestReport& report, GuestNic& nic, std::string_view text, GuestAddress address);
std::optional<IpAddress> address_if_any(GuestReport& report, std::string_view text);

// One NIC of a template or of oVirt's initialization, as text. A protocol is "static", "dhcp" or
// anything else, which is none.
struct ConfiguredNic {
  std::string name;
  std::optional<size_t> index;
  std::string protocol4, address4, netmask4, gateway4;
  std::string protocol6, address6, netmask6, gateway6;
  std::optional<GuestDns> dns;
};
void add_configured(GuestReport& report, const ConfiguredNic& nic);
GuestDns parse_dns(GuestReport& report, std::string_view servers, std::string_view search);

// The number of leading ones of "255.255.254.0", or a length as it is; nothing for anything else.
std::optional<uint8_t> prefix_length(std::string_view text);

// At white space and commas.
std::vector<std::string> words(std::string_view text);

}  // namespace patchbay::cli
