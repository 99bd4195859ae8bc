// What `ip` prints of addresses and routes without -j: busybox's, which has no -j, and iproute2's
// before 4.17 (CentOS 7). plan/guest_state.h reads with it what is not JSON.
#pragma once

#include <string>
#include <vector>

#include "plan/guest_state.h"

namespace patchbay {

// `ip address`, with -d or without (then GuestState::own_links_told is false). Throws
// Error{kMalformed} where no line is that of a link.
GuestState read_text_nics(const std::string& text);

// `ip route` or `ip -6 route`: adds to each NIC its routes of the main table, the only ones that
// either prints. Throws Error{kMalformed} where no line is a route.
void add_text_routes(const std::string& text, std::vector<SeenNic>& nics);

// Whether a line is the first of a link in `ip address`, or a route in `ip route`.
bool is_link_line(const std::string& line);
bool is_route_line(const std::string& line);

}  // namespace patchbay
