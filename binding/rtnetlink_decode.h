// What the kernel says about links, addresses and routes, as values: pure functions from one
// rtnetlink message (rtnetlink(7), include/uapi/linux/{if_link,if_addr,rtnetlink}.h). Private to
// binding/.
#pragma once

#include <optional>

#include "binding/kernel.h"
#include "binding/netlink_message.h"

namespace patchbay {

struct IndexedLink {
  int index = 0;
  int master = 0;  // 0: none; its name, LinkState::master, is the reader's to find
  int lower = 0;   // the same, of a macvlan
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

// Whether `address` is what RFC 4291, appendix A, makes of `mac` under fe80::/64.
bool is_eui64_link_local(const IpAddress& address, const Mac& mac);

}  // namespace patchbay
