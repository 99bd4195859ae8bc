// Requests that read a namespace over one socket, shared by patchbay-cni, which asks for one link,
// and the sidecar, which reads all of them. Private to binding/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "binding/netlink_socket.h"
#include "binding/rtnetlink_decode.h"

namespace patchbay {

inline constexpr int kAllLinks = 0;

std::optional<IndexedLink> read_link(NetlinkSocket& socket, const IfName& name);
std::optional<IndexedLink> read_link(NetlinkSocket& socket, int index);
std::vector<IndexedLink> read_links(NetlinkSocket& socket);

// IPv4 in the kernel's order, then IPv6 in the order they were added.
std::vector<IndexedAddress> read_addresses(NetlinkSocket& socket, int link);
std::vector<IndexedRoute> read_routes(NetlinkSocket& socket, int link);  // IPv4, then IPv6

}  // namespace patchbay
