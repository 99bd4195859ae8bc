// A rendering for a person: what each NIC gets and why, what the guest reads, what to know.
#pragma once

#include <string>

#include "plan/rendering.h"

namespace patchbay::cli {

std::string to_table(const Rendering& rendering, bool colour);

}  // namespace patchbay::cli
