// `patchbay gather`: everything about one VM's networks that a bug report needs, by kubectl.
#pragma once

namespace CLI {
class App;
}

namespace patchbay::cli {

void add_gather(CLI::App& app);

}  // namespace patchbay::cli
