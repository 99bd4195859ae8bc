// `patchbay import`: VMs that run on vSphere or oVirt, from files that those and Forklift write.
#pragma once

namespace CLI {
class App;
}

namespace patchbay::cli {

void add_import(CLI::App& app);

}  // namespace patchbay::cli
