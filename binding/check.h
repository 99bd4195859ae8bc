// CNI's CHECK of one attachment: is the pod still as ADD left it?
#pragma once

#include "binding/kernel.h"
#include "binding/verbs.h"

namespace patchbay {

// Changes nothing. What ADD left is told from the record alone: the steps that it stands for, the
// NIC's MAC and MTU, and that nobody has put the tap or the bridge to a use of his own. In the
// chained form the record must have every address that the network's result promised. Throws
// Error{kNotFound} where there is no record, and Error{kConflict} with everything that differs, a
// sentence each.
void check(Kernel& kernel, const AttachmentCall& call);

}  // namespace patchbay
