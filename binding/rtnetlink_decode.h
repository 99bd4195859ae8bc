// What the kernel says about links, addresses, routes and filters, as values: pure functions from
// one rtnetlink message (rtnetlink(7), include/uapi/linux/{if_link,if_addr,rtnetlink,pkt_cls}.h).
// Private to binding/.
#pragma once

#include <optional>

#include "binding/kernel.h"
#include "binding/netlink_message.h"

namespace patchbay {

struct IndexedLink {
  int index = 0;
  LinkState state;
};
std::optional<IndexedLink> decode_link(const nlmsghdr& message);

struct IndexedAddress {
  int index = 0;
  KernelAddress address;
};
// Nothing for host scope. `kernel_made` follows IFA_PROTO (Linux 5.18) and the flag "permanent":
// see is_eui64_link_local for older kernels.
std::optional<IndexedAddress> decode_address(const nlmsghdr& message);

struct IndexedRoute {
  int index = 0;
  KernelRoute route;
};
// Nothing for what the kernel made itself, for other types than unicast, and for routes that name
// no link.
std::optional<IndexedRoute> decode_route(const nlmsghdr& message);

// Where a filter of any kind sends all frames: an interface's index (0: it is gone), or nothing
// where it does something else or not to all. Throws nothing; a hash table of u32 is no filter.
struct DecodedFilter {
  std::optional<uint32_t> redirect_to;
};
std::optional<DecodedFilter> decode_filter(const nlmsghdr& message);

// The kind of the qdisc at `link`'s ingress, "ingress" or "clsact"; nothing for another qdisc.
std::optional<std::string> decode_ingress_kind(const nlmsghdr& message, int link);

// Whether `address` is what RFC 4291, appendix A, makes of `mac` under fe80::/64.
bool is_eui64_link_local(const IpAddress& address, const Mac& mac);

}  // namespace patchbay
