// The middle of patchbay: one value that says, for each NIC of a VM, where it is connected and what
// the guest shall have. binding/, domainxml/ and cloudinit/ are functions from it. Its canonical
// JSON is what the CLI prints and golden files hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/diagnostic.h"
#include "plan/guest.h"
#include "plan/ip_config.h"
#include "plan/methods.h"
#include "plan/record.h"

namespace patchbay {

inline constexpr int kPlanSchema = 1;

// kCore: wired by KubeVirt itself (sriov, bridge, masquerade, another plugin); we only hand over.
enum class Backend { kRedirect, kBridge, kTap, kMacvtap, kCore };
std::string_view name(Backend backend);  // "redirect", "bridge", "tap", "macvtap", "core"
std::optional<Backend> backend_named(std::string_view text);

enum class MacSource { kSpec, kStatus, kNetworkInfo, kRecord, kPodInterface, kNetworkStatus };
// "spec", "status", "network-info", "record", "pod interface", "network-status"
std::string_view name(MacSource source);

struct PlannedAddress {
  IpPrefix prefix;
  Source source = Source::kRecord;

  bool operator==(const PlannedAddress&) const = default;
};

std::string to_string(const PlannedAddress& address);  // "192.168.0.62/26 (record)"

// What the <interface> shall say, resolved from the VMI the way KubeVirt's own converter does
// (pkg/virt-launcher/virtwrap/converter, v1.9.0).
struct DomainWishes {
  std::string model;                   // libvirt's: "virtio-non-transitional", "e1000e", …
  std::optional<uint32_t> boot_order;  // 1…
  std::optional<uint32_t> acpi_index;
  std::optional<PciAddress> pci_address;
  bool link_down = false;
  std::optional<uint32_t> queues;  // virtio with multiqueue only, and only where the tap has it
  bool iommu = false;              // driver iommu="on": launch security
  bool rom_off = false;            // <rom enabled="no"/>: no boot order, not on s390x

  bool operator==(const DomainWishes&) const = default;
};

// What the responder at the guest's port tells a guest that asks (binding/guest_answers.h).
struct Lease {
  std::vector<PlannedAddress> addresses;
  std::vector<Route> routes;
  Dns dns;

  bool operator==(const Lease&) const = default;
};

struct Attachment {
  std::string network;  // the VMI's name for it
  std::string nad;      // "namespace/name"; empty for the pod network
  std::string binding;  // the plugin's registered name, or the core binding's field
  bool ours = false;    // `binding` is one of our profiles: we write its <interface>
  IfName pod_interface;
  IfName tap;
  Backend backend = Backend::kRedirect;
  std::string backend_reason;
  Mac mac;  // the guest's
  MacSource mac_source = MacSource::kPodInterface;
  uint32_t mtu = 0;  // 0: unknown, nothing is said to the guest
  Ipv4Method ipv4 = Ipv4Method::kNone;
  Ipv6Method ipv6 = Ipv6Method::kNone;
  std::vector<PlannedAddress> addresses;
  std::vector<Route> routes;  // a gateway is a route; metrics of default routes already decided
  std::optional<uint32_t> dhcp_metric;  // for default routes that DHCP or RA may bring; absent: the
                                        // guest's own
  Dns dns;
  std::optional<Lease> lease;  // absent: there is no responder; empty: it leaves all to the network
  std::string guest_name;      // empty: the guest names it
  bool never_default = false;  // no default route by this NIC
  bool source_routing = false;  // replies leave by the NIC that the request came in on
  std::string ipam;             // the network's IPAM kind; empty: none
  Wiring wiring;                // of the pod's side; from the record, and of our own backends only
  DomainWishes domain;

  bool operator==(const Attachment&) const = default;
};

// A NIC that is not ours to configure: once a guest gets networkData it must be in it to keep its
// DHCP.
struct OtherNic {
  std::string network;
  std::string binding;
  Mac mac;                              // zero: unknown; the guest can't be told of this NIC then
  std::optional<uint32_t> dhcp_metric;  // as an attachment's

  bool operator==(const OtherNic&) const = default;
};

struct NetworkPlan {
  int schema = kPlanSchema;
  std::string vmi;  // "namespace/name"
  Guest guest = Guest::kLinux;
  bool first_boot_only = false;    // the guest shall not apply a changed address
  std::vector<std::string> order;  // the networks of all NICs, in the VMI's order of interfaces
  std::vector<Attachment> attachments;  // in the VMI's order of interfaces
  std::vector<OtherNic> others;         // the same
  std::string default_route;            // the preferred network; empty: none has a default route
  Diagnostics diagnostics;

  bool operator==(const NetworkPlan&) const = default;
};

std::string to_json(
    const NetworkPlan& plan);  // canonical: fixed key order, two spaces, final newline
NetworkPlan parse_network_plan(std::string_view json);  // strict: to_json's own form only

// Whether DHCP or router advertisements may bring the NIC routes of the family.
bool learns_routes(const Attachment& attachment, Family family);

// What patchbay-cni parks for an attachment.
Record record_of(const Attachment& attachment);

}  // namespace patchbay
