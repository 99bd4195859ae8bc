// Large receive offload of a link, as ethtool(8) has it, in the calling thread's network namespace.
#pragma once

#include "plan/net_types.h"

namespace patchbay {

// False where the driver knows no such flags. Throws Error{kKernel}.
bool read_lro(const IfName& link);

// Other flags stay. Throws Error{kKernel}, also where the driver refuses.
void set_lro(const IfName& link, bool on);

}  // namespace patchbay
