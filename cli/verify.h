// `patchbay verify`: whether a guest has what the plan says, from what it printed of itself.
#pragma once

namespace CLI {
class App;
}

namespace patchbay::cli {

// What the command ends with where the guest differs; 0 is "it has all of it", and everything else
// an error (plan/error.cc, CLI11's own).
inline constexpr int kDiffers = 1;

void add_verify(CLI::App& app);

}  // namespace patchbay::cli
