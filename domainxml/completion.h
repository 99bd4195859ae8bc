// Completing an <interface> that is there: what it says wrong is corrected, what it does not say is
// added, everything else in it (a bandwidth, an address libvirt chose, a comment) stays.
#pragma once

#include <string_view>

#include "domainxml/devices.h"
#include "domainxml/edits.h"
#include "plan/network_plan.h"

namespace patchbay::domainxml {

// Adds to `edits` what `interface`, of type ethernet and part of `xml`, needs to say what the plan
// says; nothing where it does. `diagnostics`: a note for each addition, a warning for each
// correction.
void complete_interface(std::string_view xml, const Element& interface,
                        const Attachment& attachment, Edits& edits, Diagnostics& diagnostics);

// /domain/devices/interface[alias/@name="ua-NETWORK"], for a diagnostic.
std::string path_of(const Attachment& attachment);

}  // namespace patchbay::domainxml
