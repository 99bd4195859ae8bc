// What a panel shows of a link, a bridge's port and tc ingress beyond what the steps ask for: pure
// functions from one rtnetlink message (include/uapi/linux/{if_link,if_bridge,pkt_sched}.h).
// Private to binding/.
#pragma once

#include <optional>
#include <vector>

#include "binding/namespace_view.h"
#include "binding/netlink_message.h"

namespace patchbay {

// All of it but addresses, routes, ingress, VLANs of a port, lro, and the names of master and
// lower, which are the reader's to find; `master` is the number of the first.
struct DecodedLink {
  SeenLink link;
  int master = 0;
  int lower = 0;
};
std::optional<DecodedLink> decode_seen_link(const nlmsghdr& message);

// Of a link in a dump of family AF_BRIDGE.
struct DecodedPort {
  int index = 0;
  std::vector<PortVlan> vlans;
};
std::optional<DecodedPort> decode_port(const nlmsghdr& message);

// What a qdisc counted.
FrameCount decode_qdisc_count(const nlmsghdr& message);

// A filter's handle as tc writes it, and what its one action counted.
std::string decode_handle(const nlmsghdr& message);
FrameCount decode_hits(const nlmsghdr& message);

}  // namespace patchbay
