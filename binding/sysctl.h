// The one sysctl of a link that is ours to set, in the calling thread's network namespace.
#pragma once

#include "plan/net_types.h"

namespace patchbay {

// net.ipv6.conf.LINK.disable_ipv6 (Documentation/networking/ip-sysctl.rst). Netlink reads it and
// can't write it. Throws Error{kKernel}.
void write_disable_ipv6(const IfName& link, bool disable);

}  // namespace patchbay
