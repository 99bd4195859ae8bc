// What a guest agent says of a guest's network, as the value that a console gives, too
// (plan/guest_state.h): by the agent's own words (QEMU's qga/qapi-schema.json), or as KubeVirt
// repeats them in a VMI's status. An agent names no MTU, link state, lifetime or name server.
#pragma once

#include <optional>
#include <string>

#include "plan/guest_state.h"

namespace patchbay {

// `interfaces`: the answer to guest-network-get-interfaces; `routes`: that to
// guest-network-get-route (QEMU 9.1), absent where the agent has no such command. Each {"return":
// […]}. Throws Error{kMalformed} or Error{kInvalidInput}.
GuestState parse_agent_state(const std::string& interfaces,
                             const std::optional<std::string>& routes);

// The status.interfaces that have "guest-agent" in their infoSource; addresses come without prefix
// length. Throws Error{kNotFound} where none has.
GuestState parse_vmi_agent_state(const std::string& vmi);

}  // namespace patchbay
