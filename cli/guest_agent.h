// The guest agent of a libvirt domain: the two of its commands that speak of the network.
#pragma once

#include <string>

#include "plan/guest_state.h"

namespace patchbay::cli {

// `uri` empty: libvirt's default. Throws Error{kTryAgain} where no agent answers, Error{kNotFound}
// where there is no such domain, Error{kIo} otherwise.
GuestState ask_agent(const std::string& uri, const std::string& domain);

}  // namespace patchbay::cli
