// What a plan gives the guest, in a few words for one field of a log line.
#pragma once

#include <string>

#include "plan/network_plan.h"

namespace patchbay::sidecar {

// `blue: 192.168.0.62/26 (annotation), SLAAC; red: DHCPv4`; "none" without attachments.
std::string summary(const NetworkPlan& plan);

}  // namespace patchbay::sidecar
