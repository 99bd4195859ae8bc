// CNI's ADD and DEL of one attachment, on an open namespace.
#pragma once

#include <string>
#include <vector>

#include "binding/kernel.h"
#include "plan/cni_call.h"
#include "plan/diagnostic.h"

namespace patchbay {

struct AttachmentCall {
  std::string network;
  std::string container_id;
  CniOptions options;  // ADD's
};

// The guest's tap is wired to the pod's interface, the record lies beside it, and nothing is sent
// from here on. Done before: nothing changes. Where it fails the namespace is as it was before;
// what could not be put back, and what else a person should know, is in `diagnostics`.
void add(Kernel& kernel, const AttachmentCall& call, Diagnostics& diagnostics);

// What ADD made is gone; the parked addresses are back on the pod's interface, which is down, for
// the network's own DEL to read. Whatever is gone already is done. Tries everything, then throws
// the first failure; the record then stays for the next DEL.
void del(Kernel& kernel, const AttachmentCall& call, Diagnostics& diagnostics);

}  // namespace patchbay
