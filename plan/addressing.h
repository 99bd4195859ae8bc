// Which source a NIC's addresses, routes and name service come from: the strength order of the
// design. Private to plan/: make_plan's.
#pragma once

#include "plan/annotation.h"
#include "plan/network_plan.h"
#include "plan/network_status.h"
#include "plan/pod_state.h"

namespace patchbay {

// Any of them may be absent (null). `pod_link` is only given where no record is: addresses that
// stayed on the pod interface. Of `status` beside a record only the name servers count: the record
// is the whole of what the network's plugin gave.
struct AddressingSources {
  const NetworkWishes* wishes = nullptr;
  const Record* record = nullptr;
  const PodLink* pod_link = nullptr;
  const NetworkStatus::Interface* status = nullptr;
};

// Fills the attachment's methods, addresses, routes and DNS. Each family's addresses come whole
// from the strongest source that says something of that family; its routes whole from the strongest
// that has some, but never from one weaker than the addresses' (a gateway belongs to its subnet).
// Without any address in either family the guest asks DHCPv4, unless the annotation says otherwise.
// Warns where a weaker source said otherwise. An address of network-status counts with the prefix
// length by which another source has it, or the pod an on-link route to it; where none does, and
// none speaks of its family, that is an error.
void choose_addressing(const AddressingSources& sources, Attachment& attachment,
                       Diagnostics& diagnostics);

}  // namespace patchbay
