// What the pod's network namespace shows: a value that binding/ reads over rtnetlink and tests
// write by hand. Routes are those of the main table and of any other unicast table; addresses of
// host scope and the kernel's own link-local ones are left out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plan/ip_config.h"
#include "plan/record.h"

namespace patchbay {

// IFLA_INFO_KIND.
inline constexpr std::string_view kTapKind = "tun";
inline constexpr std::string_view kMacvtapKind = "macvtap";

struct PodLink {
  IfName name;
  std::string kind;  // IFLA_INFO_KIND: "veth", "macvlan", kTapKind, …; empty for a device
  Mac mac;
  uint32_t mtu = 0;
  bool up = false;
  bool multi_queue = false;  // tun and tap only: IFF_MULTI_QUEUE
  std::string alias;         // IFLA_IFALIAS
  std::vector<IpPrefix> addresses;
  std::vector<Route> routes;

  bool operator==(const PodLink&) const = default;
};

struct PodState {
  std::vector<PodLink> links;  // in order of ifindex

  bool operator==(const PodState&) const = default;
};

const PodLink* find_link(const PodState& pod, std::string_view name);

// The record parked for the network whose first record link is `record` (pb<h>), put together from
// all its links; nothing where that link is not there. Throws as parse_record, naming the link.
std::optional<Record> find_record(const PodState& pod, const IfName& record);

std::string to_json(
    const PodState& pod);  // indented by two, for a person and for `patchbay render`
PodState parse_pod_state(std::string_view json);

}  // namespace patchbay
