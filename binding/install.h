// `patchbay-cni install DIR`, what the DaemonSet runs: the program puts itself where Multus finds
// plugins, so that its image needs no shell.
#pragma once

#include <string>

namespace patchbay {

// The name under which NADs call the plugin: their "type".
inline constexpr const char* kPluginName = "patchbay";

// Copies `program` to FOLDER/patchbay, mode 0755. It is written beside it under another name,
// synced and renamed: a plugin call finds the old program or the new one, each whole. Throws
// Error{kNotFound} without `folder`, Error{kIo} otherwise; a failed copy leaves nothing behind.
void install(const std::string& program, const std::string& folder);

}  // namespace patchbay
