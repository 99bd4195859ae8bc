// The files that a plan is made of, as options that several commands share.
#pragma once

#include <string>
#include <string_view>

#include "plan/make_plan.h"

namespace CLI {
class App;
}

namespace patchbay::cli {

struct PlanFiles {
  std::string vmi;
  std::string pod;
  std::string network_info;    // empty: none
  std::string network_status;  // the same
};

// Adds --vmi, --pod, --network-info and --network-status; none is required, but neither of the
// first two does without the other. `files` has to live as long as the command.
void add_plan_options(CLI::App& command, PlanFiles& files);

// `vmi` is the text of files.vmi, which may be stdin and read once only: as manifest.h takes it.
PlanInput read_plan_input(const PlanFiles& files, std::string_view vmi);

// The whole of a file; "-" is stdin. Throws Error{kIo}.
std::string read_text(const std::string& path);

}  // namespace patchbay::cli
