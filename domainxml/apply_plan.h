// The domain XML that libvirt shall get: KubeVirt's text with the <interface> of each attachment of
// ours completed (`domainAttachmentType: tap`) or added (empty registration). Every byte that does
// not have to change stays; what is added follows KubeVirt's own order and style.
//
// Called 1 to 3 times a boot on each other's output, so it finds its work by alias (`ua-NETWORK`):
// applying it twice is applying it once, and a document that needs nothing comes back identical.
#pragma once

#include <string>
#include <string_view>

#include "plan/network_plan.h"

namespace patchbay::domainxml {

// `xml`: a libvirt <domain>, UTF-8, at most 4 MiB. Touches only attachments with `ours` whose
// `binding` is `binding`: each belongs to the sidecar of its own registration. `diagnostics` gets
// what was added (notes) and corrected (warnings). Throws Error{kMalformed} for what is not one
// well-formed <domain> without DOCTYPE (two roots, duplicate attributes, bytes that are not UTF-8),
// Error{kConflict} where the alias is taken by something that can't be completed: two devices,
// another kind of device, another type of interface; Error{kInvalidInput} where the plan lacks a
// tap or MAC.
//
// A new interface goes where `domainAttachmentType: tap` would have it, as far as the plan knows
// the VMI's order, so that the guest finds its NICs in the same one: behind the nearest earlier
// attachment that is there, else before the nearest later one, else behind the last interface that
// is no placeholder.
std::string apply_plan(std::string_view xml, const NetworkPlan& plan, std::string_view binding,
                       Diagnostics& diagnostics);

// The <interface> element alone, as it would be added, for a person: children by one tab, no
// indentation before the element itself.
std::string interface_xml(const Attachment& attachment);

}  // namespace patchbay::domainxml
