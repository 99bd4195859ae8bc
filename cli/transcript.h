// A console's text that a person has kept, in which somebody ran what
// `patchbay verify --print-commands` prints, or `ip address`, `ip route`, `resolvectl dns` and the
// like by hand.
#pragma once

#include <string>

#include "plan/guest_state.h"

namespace patchbay::cli {

// Outputs are known by their content, whatever is between them: prompts, echo, colours, messages of
// the kernel; JSON also where a terminal has folded it. Of one that is there twice the last counts.
// Throws Error{kMalformed} where there are no addresses, or no routes, saying what to run.
GuestOutputs read_transcript(const std::string& text);

}  // namespace patchbay::cli
