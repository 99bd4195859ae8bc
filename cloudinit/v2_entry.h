// One NIC as network-config v2 can say it: the plan narrowed to the portable subset, before it is
// text. What does not fit becomes a diagnostic here and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/network_plan.h"

namespace patchbay::cloudinit {

struct V2Route {
  std::string to;
  std::string via;
  std::optional<uint32_t> metric;

  bool operator==(const V2Route&) const = default;
};

// Empty and absent members are left out of the text.
struct V2Entry {
  std::string id;
  std::string mac;
  bool set_name = false;  // to `id`
  std::optional<bool> dhcp4;
  std::optional<bool> dhcp6;
  std::optional<bool> accept_ra;
  std::optional<uint32_t> dhcp_metric;
  std::vector<std::string> addresses;
  std::string gateway6;
  std::vector<V2Route> routes;
  uint32_t mtu = 0;
  std::vector<std::string> dns_servers;
  std::vector<std::string> dns_search;

  bool operator==(const V2Entry&) const = default;
};

// Attachments first, then the other NICs.
std::vector<V2Entry> v2_entries(const NetworkPlan& plan, Diagnostics& diagnostics);

}  // namespace patchbay::cloudinit
