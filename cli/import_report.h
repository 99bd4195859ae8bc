// What an import did, or would do: for a person, and for a script.
#pragma once

#include <string>

#include "cli/import_files.h"

namespace patchbay::cli {

// NIC by NIC what it was and what it becomes, then the networks and bridges, the findings, and last
// a summary, which is what one looks at of hundreds of VMs.
std::string report_table(const Inventory& inventory, const ImportPlan& plan, bool colour);

// {"vms": [], "nads": [], "nncps": [], "diagnostics": []}, documented in cli/README.md.
std::string report_json(const Inventory& inventory, const ImportPlan& plan, const ImportForm& form);

}  // namespace patchbay::cli
