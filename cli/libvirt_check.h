// What an installed libvirt says of our <interface>s: its schema and its parser, by its own test
// driver (test:///default), which needs no daemon and starts nothing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/diagnostic.h"

namespace patchbay::cli {

// Each of `interfaces` (network, XML) in a domain of its own, so that a refusal names its network:
// an error in libvirt's words. A note names the version that was asked; virt-launcher has its own,
// and whether tap and bridge exist is for neither. Throws Error{kNotReady} where there is no test
// driver.
Diagnostics check_interfaces(const std::vector<std::pair<std::string, std::string>>& interfaces);

}  // namespace patchbay::cli
