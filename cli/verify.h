// `patchbay verify`: whether a guest has what the plan says, by its console, its agent, a
// transcript, or files with what it printed.
#pragma once

namespace CLI {
class App;
}

namespace patchbay::cli {

// What the command ends with where the guest differs; 0 is "all that was looked at holds", and
// everything else an error (plan/error.cc, CLI11's own).
inline constexpr int kDiffers = 1;

void add_verify(CLI::App& app);

}  // namespace patchbay::cli
