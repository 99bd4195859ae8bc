// `patchbay inspect`: the patch panel of a pod, and what has changed in it since patchbay-cni was
// there.
#pragma once

namespace CLI {
class App;
}

namespace patchbay::cli {

// The command's exit status where the pod has drifted; any other failure has another one.
inline constexpr int kDrifted = 1;

void add_inspect(CLI::App& app);

}  // namespace patchbay::cli
