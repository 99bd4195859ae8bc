// The CNI plugin as a function: environment and stdin in, exit status, stdout and stderr out (CNI
// SPEC 1.1.0, "Execution Protocol").
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "binding/kernel.h"
#include "plan/pod_state.h"

namespace patchbay {

struct CniRequest {
  std::function<std::optional<std::string>(const char* name)> environment;
  std::string_view input;
  // As open_kernel.
  std::function<std::unique_ptr<Kernel>(const std::string& netns)> open_kernel;
  // STATUS: as open_scratch_kernel (status.h).
  std::function<std::unique_ptr<Kernel>()> open_scratch_kernel;
  // GC: where to look, and how (garbage.h).
  std::vector<std::string> namespace_folders;
  std::function<PodState(const std::string& netns)> read_pod;
};

struct CniAnswer {
  int exit_status = 0;
  std::string output;  // the protocol's JSON, or nothing
  std::string log;     // JSON lines for stderr
};

// Never throws: whatever goes wrong is the spec's error, in `output`.
CniAnswer run_cni(const CniRequest& request);

}  // namespace patchbay
