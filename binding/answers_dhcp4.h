// The IPv4 half of guest_answers.h.
#pragma once

#include <string_view>
#include <vector>

#include "binding/responder/answers.h"
#include "plan/diagnostic.h"
#include "plan/network_plan.h"

namespace patchbay {

// The MAC that the answers come from; it is known on the guest's side of its port only.
inline constexpr uint8_t kResponderMac[] = {0x02, 'p', 'b', 0, 0, 1};

std::vector<IpPrefix> static_addresses(const Attachment& attachment, Family family);
// Without those of tables of their own.
std::vector<Route> routes_of_family(const Attachment& attachment, Family family);

void put_dhcp4(const Attachment& attachment, std::string_view host_name, pb_dhcp4& out,
               Diagnostics& diagnostics);

}  // namespace patchbay
