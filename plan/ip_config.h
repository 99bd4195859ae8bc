// Routes and name service of one interface, in the terms that CNI, the kernel and guests share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/net_types.h"

namespace patchbay {

// A gateway is a route to 0.0.0.0/0 or ::/0. Without `via` the destination is on the link.
// Attributes are as in CNI 1.1.0's route object; `metric` is its `priority`, the kernel's
// RTA_PRIORITY.
struct Route {
  IpPrefix to;
  std::optional<IpAddress> via;
  std::optional<uint32_t> metric;
  std::optional<uint32_t> mtu;
  std::optional<uint32_t> advmss;
  std::optional<uint32_t> scope;
  std::optional<uint32_t> table;

  bool operator==(const Route&) const = default;
};

struct Dns {
  std::vector<IpAddress> servers;
  std::vector<std::string> search;   // a CNI `domain` is the first of them
  std::vector<std::string> options;  // resolv.conf options; no guest format takes them

  bool empty() const { return servers.empty() && search.empty() && options.empty(); }
  bool operator==(const Dns&) const = default;
};

}  // namespace patchbay
