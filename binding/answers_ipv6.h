// The IPv6 half of guest_answers.h.
#pragma once

#include "binding/responder/answers.h"
#include "plan/diagnostic.h"
#include "plan/network_plan.h"

namespace patchbay {

void put_ipv6(const Attachment& attachment, pb_answers& out, Diagnostics& diagnostics);

}  // namespace patchbay
