// What patchbay-cni knows of one attachment, made into the plan's value: the network's own answer
// from libcni's cache, the pod's interface as the kernel has it, and what an earlier ADD has
// parked. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "binding/kernel.h"
#include "plan/cni_cache.h"
#include "plan/diagnostic.h"
#include "plan/names.h"
#include "plan/network_plan.h"
#include "plan/record.h"

namespace patchbay {

struct AttachmentSources {
  std::string network;
  LinkNames names;
  LinkState nic;
  std::vector<KernelAddress> addresses;  // on `nic`
  std::vector<KernelRoute> routes;
  std::optional<CniCacheEntry> cached;
  std::optional<Record> parked;
  NadOptions defaults;  // of the binding's NAD; the network's own, in `cached`, is stronger
};

// MAC, MTU and which addresses exist are the kernel's; order, prefix lengths, routes and DNS are
// the network's answer, or else the record's, or else the kernel's. An address of the answer that
// is neither on the NIC nor parked is left out with a diagnostic; one that only the NIC has comes
// last. Throws Error{kUnsupported, kInvalidInput} for a NIC or a mode that has no backend.
Attachment describe_attachment(const AttachmentSources& sources, Diagnostics& diagnostics);

// The same from the record alone: record_of() gives it back.
Attachment describe_parked(const std::string& network, const LinkNames& names,
                           const Record& parked);

}  // namespace patchbay
