// Where a new <interface> goes: guests number their NICs by PCI address, which libvirt gives in
// document order, so the VMI's order of interfaces has to be kept whichever sidecar is called
// first.
#pragma once

#include <cstddef>

#include "domainxml/devices.h"
#include "plan/network_plan.h"

namespace patchbay::domainxml {

struct Place {
  enum class Side { kBefore, kAfter, kFirst };
  Side side = Side::kFirst;
  size_t offset =
      0;  // of `side`: the neighbour's begin, its end, the begin of the content of <devices>
};

// The <interface> of `attachment`, by its alias; null where there is none.
const Element* find_interface(const Element& devices, const Attachment& attachment);

// For `plan.attachments[index]`, which has no interface yet: behind the nearest earlier attachment
// that has one, else before the nearest later one, else behind the last interface that is no
// placeholder, else before the first placeholder, else behind <emulator>, else first of all.
Place place_for(const Element& devices, const NetworkPlan& plan, size_t index);

}  // namespace patchbay::domainxml
