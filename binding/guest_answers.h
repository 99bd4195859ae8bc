// What the responder tells a guest of one attachment: struct pb_answers (responder/answers.h), made
// of the plan's values. Pure, and the same bytes for the same values, so that CHECK can compare
// (guest_port.h).
//
// - DHCPv4 has the first static IPv4 address, a lease without end, and of the options 1, 3, 6, 12,
//   15, 26, 28, 119 and 121 those that there is a value for. The server's identifier is the gateway
//   in the guest's subnet, which a client can reach to renew; else an address of 169.254.0.0/16.
// - DHCPv6 has all static IPv6 addresses, without end, and options 23 and 24.
// - A router advertisement says that addresses are managed, the prefixes that are on the link, MTU,
//   RDNSS and DNSSL. It speaks for a router only where the gateway is a link-local address: then it
//   comes from that, with the default route and the routes by that router.
// No static address of a family: no answer in it.
#pragma once

#include <string>
#include <string_view>

#include "binding/responder/answers.h"
#include "plan/diagnostic.h"
#include "plan/network_plan.h"

namespace patchbay {

// `host_name`: option 12; empty: none. What the protocols can't say is a diagnostic: IPv4 addresses
// beyond the first, metrics, gateways that no router advertisement can name, what is too long.
pb_answers answers_for(const Attachment& attachment, std::string_view host_name,
                       Diagnostics& diagnostics);

}  // namespace patchbay
