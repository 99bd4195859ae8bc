// CNI's ADD and DEL of one attachment, on an open namespace.
#pragma once

#include <optional>
#include <string>

#include "binding/kernel.h"
#include "plan/cni_call.h"
#include "plan/diagnostic.h"
#include "plan/names.h"
#include "plan/owner.h"

namespace patchbay {

struct AttachmentCall {
  std::string network;  // the VMI's name for it; in the chained form the CNI network's
  LinkNames names;
  std::string container_id;
  Owner owner;  // by whom GC knows what ADD made; empty: GC never touches it
  // ADD's. In the chained form the options are the network's own, and there is a result to go by
  // instead of libcni's cache.
  CniOptions options;
  std::optional<CniResult> prev_result;
  std::string device_id;   // of a device that may have no network interface; may be empty
  std::optional<Mac> mac;  // the runtime's word for the guest's
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
