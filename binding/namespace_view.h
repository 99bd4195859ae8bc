// One network namespace as it is, all at once and with what the kernel counts: plain values for
// `patchbay inspect`, which makes its panel of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "binding/kernel.h"
#include "plan/vlan_range.h"

namespace patchbay {

struct FrameCount {
  uint64_t frames = 0;
  uint64_t bytes = 0;
  uint64_t dropped = 0;

  bool operator==(const FrameCount&) const = default;
};

struct SeenFilter {
  IngressFilter filter;
  std::string handle;  // as tc writes it: "800::800" (u32), "0x1"
  FrameCount hits;     // of its action; a filter without one counts nothing

  bool operator==(const SeenFilter&) const = default;
};

struct SeenIngress {
  std::string kind;                 // "ingress", "clsact"
  std::vector<SeenFilter> filters;  // in the order in which frames meet them
  FrameCount all;                   // `dropped`: by a filter, or because a target took none

  bool operator==(const SeenIngress&) const = default;
};

// What a bridge's port carries; the tag of all others is dropped there.
struct PortVlan {
  VlanRange ids;
  bool pvid = false;      // untagged frames that come in belong to it
  bool untagged = false;  // its frames go out untagged

  bool operator==(const PortVlan&) const = default;
};

// A virtual function as its card has it (ip link show dev PF).
struct SeenFunction {
  uint32_t number = 0;
  Mac mac;
  uint16_t vlan = 0;  // 0: none

  bool operator==(const SeenFunction&) const = default;
};

// A guest's port, as it says itself (port_control.h).
struct SeenPort {
  std::vector<IpAddress> answers;  // the addresses that its responder gives
  // What its guard has dropped, by reason, where it has: "mac", "arp", "neighbour", "ipv4", "ipv6",
  // "dhcp", "router", "vlan", "type", "malformed".
  std::vector<std::pair<std::string, uint64_t>> dropped;

  bool operator==(const SeenPort&) const = default;
};

struct SeenLink {
  int index = 0;
  LinkState state;
  bool carrier = false;  // of a tap: somebody has it open
  // IFLA_LINK: a veth's other end, or what a macvlan, ipvlan, vlan lies on; 0: none.
  int far_index = 0;
  std::optional<int> far_namespace;  // this namespace's number for where that is; absent: in here
  std::string mode;                  // of a macvlan, macvtap, ipvlan: "bridge", "l2", …
  std::optional<uint16_t> vlan;      // of a vlan
  uint32_t queues = 1;               // for sending
  std::string device;                // what it is the interface of: "0000:03:02.1"; empty: nothing
  bool vlan_filtering = false;       // of a bridge
  std::vector<PortVlan> vlans;       // of a bridge's port
  std::vector<SeenFunction> functions;  // of an SR-IOV card
  FrameCount received;
  FrameCount sent;
  std::vector<KernelAddress> addresses;
  std::vector<KernelRoute> routes;
  std::optional<SeenIngress> ingress;
  std::string control;           // of a control link: the name of the filter at its egress
  std::optional<SeenPort> port;  // of a control link: what it leads to; absent: it did not answer
  bool lro = false;              // large receive offload

  bool operator==(const SeenLink&) const = default;
};

struct NamespaceView {
  uint64_t id = 0;              // its inode, as lsns(8) shows it
  std::vector<SeenLink> links;  // in order of ifindex

  bool operator==(const NamespaceView&) const = default;
};

inline const SeenLink* find_link(const NamespaceView& view, const IfName& name) {
  for (const SeenLink& link : view.links) {
    if (link.state.name == name) return &link;
  }
  return nullptr;
}

inline const SeenLink* find_link(const NamespaceView& view, int index) {
  for (const SeenLink& link : view.links) {
    if (link.index == index) return &link;
  }
  return nullptr;
}

}  // namespace patchbay
