// Where a new <interface> goes: guests number their NICs by PCI address, which libvirt gives in
// document order, so the VMI's order of interfaces has to be kept whichever sidecar is called
// first.
#pragma once

#include <cstddef>
#include <string_view>

#include "domainxml/devices.h"
#include "plan/network_plan.h"

namespace patchbay::domainxml {

struct Place {
  enum class Side { kBefore, kAfter, kFirst };
  Side side = Side::kFirst;
  size_t offset =
      0;  // of `side`: the neighbour's begin, its end, the begin of the content of <devices>
};

// The <interface> of the network, by its alias; null where there is none.
const Element* find_interface(const Element& devices, std::string_view network);

// For a network that has no interface yet: behind that of the nearest earlier NIC in `plan.order`
// that has one, else before the nearest later one's, else behind the last interface that is no
// placeholder, else before the first placeholder, else behind <emulator>, else first of all.
Place place_for(const Element& devices, const NetworkPlan& plan, std::string_view network);

}  // namespace patchbay::domainxml
