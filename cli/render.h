// `patchbay render`: what a VM's NICs will get, from the same functions that the sidecar uses.
#pragma once

namespace CLI {
class App;
}

namespace patchbay::cli {

void add_render(CLI::App& app);

}  // namespace patchbay::cli
