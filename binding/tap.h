// Taps, through /dev/net/tun: rtnetlink reads them but can't make them (Documentation/networking/
// tuntap.rst, drivers/net/tun.c).
#pragma once

#include "binding/kernel.h"

namespace patchbay {

// A persistent tap with vnet_hdr, whose context is that of this process, in the network namespace
// of the calling thread. Its owner and group are set before it becomes persistent: one that was not
// finished is gone by itself. Throws Error{kKernel}.
void make_persistent_tap(const IfName& name, const TapOptions& options);

}  // namespace patchbay
