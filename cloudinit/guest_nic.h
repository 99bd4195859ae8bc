// One NIC as a guest's configuration can say it: the plan narrowed to what the format and its
// reader in the guest take, before it is text. What does not fit becomes a diagnostic here and
// nowhere else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/cloud_init_data.h"
#include "plan/network_plan.h"

namespace patchbay::cloudinit {

// kV1, kV2: network-config of a NoCloud volume; kNetworkData: OpenStack's network_data.json of a
// ConfigDrive.
enum class Format { kV1, kV2, kNetworkData };

// What is written where the user wrote nothing: v2 for cloud-init; v1 for cloudbase-init, which
// reads v2 only since 1.1.5.
Format format_for(CloudInitData::DataSource source, Guest guest);

// Without a gateway the destination is on the link.
struct GuestRoute {
  IpPrefix to;
  std::optional<IpAddress> via;
  std::optional<uint32_t> metric;
  std::optional<uint32_t> table;  // absent: the main one
  bool via_is_on_link = false;    // the gateway is in no subnet of the NIC

  bool operator==(const GuestRoute&) const = default;
};

// Packets from the address look into the table first.
struct GuestRule {
  IpAddress from;
  uint32_t table = 0;

  bool operator==(const GuestRule&) const = default;
};

// Empty and absent members are left out of the text.
struct GuestNic {
  std::string id;
  Mac mac;
  bool set_name = false;  // to `id`
  bool optional = false;  // the boot does not wait for it; v2 alone has a word for that
  std::optional<bool> dhcp4;
  std::optional<bool> dhcp6;
  std::optional<bool> accept_ra;
  std::optional<uint32_t> dhcp_metric;
  std::vector<IpPrefix> addresses;
  std::vector<GuestRoute> routes;  // a gateway is a route
  std::vector<GuestRule> rules;
  uint32_t mtu = 0;
  std::vector<IpAddress> dns_servers;
  std::vector<std::string> dns_search;

  bool operator==(const GuestNic&) const = default;
};

bool has_family(const GuestNic& nic, Family family);  // has an address of it

// A NIC as v1 and network_data.json list it: what brings or is an address, in the order of DHCP,
// router advertisements, static addresses. Routes and name servers hang on the first subnet of
// their family, servers of a family without one on the NIC's first, search domains there too.
struct GuestSubnet {
  enum class Kind { kDhcp4, kDhcp6, kAdvertised, kStatic };
  Kind kind = Kind::kStatic;
  Family family = Family::kIpv4;
  std::optional<IpPrefix> address;  // of kStatic
  std::vector<GuestRoute> routes;
  std::vector<IpAddress> dns_servers;
  std::vector<std::string> dns_search;
};
std::vector<GuestSubnet> subnets_of(const GuestNic& nic);

// Attachments first, then the other NICs.
std::vector<GuestNic> guest_nics(const NetworkPlan& plan, Format format, Diagnostics& diagnostics);

}  // namespace patchbay::cloudinit
