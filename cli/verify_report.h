// What verify found, for a person.
#pragma once

#include <string>

#include "plan/compare_guest.h"

namespace patchbay::cli {

// NIC by NIC, then the guest as a whole, then one line that says whether all of it holds.
std::string to_text(const GuestReport& report, bool colour);

}  // namespace patchbay::cli
