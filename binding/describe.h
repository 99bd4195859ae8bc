// What patchbay-cni knows of one attachment, made into the plan's value: the network's own answer,
// from libcni's cache or handed on in a chain, the pod's interface as the kernel has it, and what
// an earlier ADD has parked. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "binding/kernel.h"
#include "plan/cni_result.h"
#include "plan/diagnostic.h"
#include "plan/nad_options.h"
#include "plan/names.h"
#include "plan/network_plan.h"
#include "plan/record.h"

namespace patchbay {

// What the network's plugins answered, and what is known of their configuration.
struct NetworkAnswer {
  CniResult result;
  std::string ipam;  // the kind; empty: none, or not known
  bool mac_spoof_check = false;
};

struct AttachmentSources {
  std::string network;
  LinkNames names;
  LinkState nic;
  std::vector<KernelAddress> addresses;  // on `nic`
  std::vector<KernelRoute> routes;
  bool lro = false;  // large receive offload of `nic`
  std::optional<NetworkAnswer> answer;
  std::optional<Record> parked;
  NadOptions options;  // merged
};

// The backend is what the NIC's kind asks for, or the mode of the options where that can work. MAC,
// MTU and which addresses exist are the kernel's; order, prefix lengths, routes and DNS are the
// network's answer, or else the record's, or else the kernel's. An address of the answer that is
// neither on the NIC nor parked is left out with a diagnostic; one that only the NIC has comes
// last. A tap or macvtap that the network's plugin made keeps its queues and its SELinux context:
// asking for another context is a diagnostic. Throws Error{kUnsupported} for a NIC that has no
// backend, and for options that its backend can't fulfil.
Attachment describe_attachment(const AttachmentSources& sources, Diagnostics& diagnostics);

// A device without a network interface, as a VF bound to vfio-pci: KubeVirt wires it, the record
// carries what the network answered. `mac`: what the runtime told the network's plugin, if
// anything.
Attachment describe_device(const std::string& network, const LinkNames& names,
                           const std::string& device_id, const NetworkAnswer& answer,
                           const std::optional<Mac>& mac);

// The same from the record alone: record_of() gives it back.
Attachment describe_parked(const std::string& network, const LinkNames& names,
                           const Record& parked);

}  // namespace patchbay
