// Which unix sockets are listened on in the pod: the kernel lists them by network namespace, which
// a pod's containers share even where they see none of each other's files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay::sidecar {

// The paths, each as its owner wrote it when binding, of the sockets in `table` (/proc/net/unix;
// net/unix/af_unix.c, unix_seq_show) that take connections. Lines of another shape are passed over.
std::vector<std::string> listening_paths(std::string_view table);

// The same of the kernel's table as it is now. Throws Error{kIo}.
std::vector<std::string> read_listening_paths();

// Whether a hook sidecar of that profile, not necessarily this process, is among `paths`. All of a
// pod write the same `directory`, each seeing its own.
bool has_hook_sidecar(const std::vector<std::string>& paths, std::string_view directory,
                      std::string_view profile);

}  // namespace patchbay::sidecar
