// The filter at a guest's port that its NAD asks for by "responder" and "guard": its rules, made of
// the plan's values. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "binding/ingress.h"
#include "plan/nad_options.h"
#include "plan/network_plan.h"

namespace patchbay {

// Such filters are called so: a prefix and a digest of what the rules are made of, which `tc filter
// show` prints and CHECK knows them by, for the kernel shows neither program nor map. A program
// that does otherwise needs another prefix.
inline constexpr std::string_view kPortName = "patchbay-port-1-";

// Whether there is such a filter.
inline bool has_port(const Wiring& wiring) {
  return wiring.responder || wiring.guard != Guard::kOff;
}
inline bool asks_for_port(const NadOptions& options) {
  return options.responder.value_or(false) || options.guard.value_or(Guard::kOff) != Guard::kOff;
}

// The link that the guest sends into.
inline const IfName& port_link(const Attachment& attachment) {
  return attachment.backend == Backend::kTap ? attachment.pod_interface : attachment.tap;
}

// Nothing where the NAD asks for neither. Throws Error{kUnsupported}
// where the guard would have to know more than PB_MOST_PREFIXES of a family, and where guard full
// would know none at all, and let nothing out.
std::optional<GuestPort> guest_port(const Attachment& attachment);

}  // namespace patchbay
