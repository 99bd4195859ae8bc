// `patchbay inspect`: the network of a pod as patchbay sees it, records included.
#pragma once

namespace CLI {
class App;
}

namespace patchbay::cli {

void add_inspect(CLI::App& app);

}  // namespace patchbay::cli
