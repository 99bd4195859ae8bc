// The pod's side of a guest's port (responder/control.h): what it counts and answers, and telling
// it what to answer, by anybody in the pod's namespace who is root or the launcher's user.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "binding/responder/control.h"
#include "plan/diagnostic.h"
#include "plan/net_types.h"
#include "plan/network_plan.h"

namespace patchbay {

// By pb_reason, for persons and for JSON.
inline constexpr std::array<std::string_view, PB_REASONS> kDropReasons{
    "", "mac", "arp", "neighbour", "ipv4", "ipv6", "dhcp", "router", "vlan", "type", "malformed"};

struct PortReport {
  std::array<uint64_t, PB_REASONS> dropped{};  // by pb_reason
  pb_answers answers{};
};

// Of the port whose network's control link is `control`; nothing where none is there that answers.
std::optional<PortReport> ask_port(const IfName& control);

// The addresses that it answers with, IPv4's first.
std::vector<IpAddress> answered_addresses(const pb_answers& answers);

// Tells the responder at the guest's port what to answer from now on; the rest is as answers_for
// has it. Throws Error{kKernel} with the network and what to do where it is not taken.
void tell_responder(const Attachment& attachment, std::string_view host_name,
                    Diagnostics& diagnostics);

}  // namespace patchbay
