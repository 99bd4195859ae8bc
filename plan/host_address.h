// Which addresses and names an interface can be given at all.
#pragma once

#include <string>
#include <string_view>

#include "plan/net_types.h"

namespace patchbay {

// What would have to stand in place of `prefix`, to follow "expected": "a host's address, not the
// network's own"; empty where it is one. RFC 919, RFC 3021.
std::string expected_of_host(const IpPrefix& prefix);

// RFC 1123 as resolvers take it, without a final dot: letters, digits, '-', '_' and dots.
bool is_domain(std::string_view text);

}  // namespace patchbay
