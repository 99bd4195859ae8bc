// Links deleted together. The kernel frees a link only when no CPU can still see it, for which it
// waits once a request (net/core/dev.c, netdev_run_todo); a request that names a group deletes all
// that are in it (net/core/rtnetlink.c, rtnl_group_dellink). Private to binding/.
#pragma once

#include <map>

#include "binding/netlink_socket.h"
#include "plan/net_types.h"

namespace patchbay {

// By their numbers; one at least. What has gone meanwhile is done. Throws Error{kKernel}.
void delete_links(NetlinkSocket& socket, const std::map<int, IfName>& links);

}  // namespace patchbay
