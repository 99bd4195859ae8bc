// tc requests: the ingress qdisc and the one filter that redirects everything (tc-mirred(8),
// tc-u32(8)). u32 is what every kernel that runs CNI's bandwidth plugin has; matchall is often left
// out. Private to binding/.
#pragma once

#include "binding/netlink_message.h"

namespace patchbay {

NetlinkMessage add_ingress_request(int link);
NetlinkMessage remove_ingress_request(int link);
NetlinkMessage read_qdiscs_request();  // of every link: the kernel's dump takes no filter
NetlinkMessage read_filters_request(int link);

// All frames that `from` receives, whatever their protocol and tags and however short, go out of
// `to`.
NetlinkMessage add_redirect_request(int from, int to);

}  // namespace patchbay
