// Reading by which filter the pod speaks with a guest's port. Private to binding/.
#pragma once

#include <optional>
#include <string>

#include "binding/netlink_socket.h"
#include "plan/net_types.h"

namespace patchbay {

// The filter's name, at the egress of the link of that number and name; nothing where there is
// none.
std::optional<std::string> read_control(NetlinkSocket& socket, int link, const IfName& name);

}  // namespace patchbay
