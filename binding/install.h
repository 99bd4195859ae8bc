// `patchbay-cni install [--stay] DIR`, what the DaemonSet runs: the program puts itself where
// Multus finds plugins, so that its image needs no shell, and stays for the pod's life, so that the
// pod needs no second image that does nothing.
#pragma once

#include <csignal>
#include <string>

namespace patchbay {

// The name under which NADs call the plugin: their "type".
inline constexpr const char* kPluginName = "patchbay";

// Copies `program` to FOLDER/patchbay, mode 0755. It is written beside it under another name,
// synced and renamed: a plugin call finds the old program or the new one, each whole. Throws
// Error{kNotFound} without `folder`, Error{kIo} otherwise; a failed copy leaves nothing behind.
void install(const std::string& program, const std::string& folder);

// Keeps SIGTERM and SIGINT from ending the process until it is gone: in a container, as process 1,
// it would not be ended by them at all without a handler. Before install(), so that none is lost.
class EndSignals {
 public:
  EndSignals();
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  // Sleeps until one of them comes; its number.
  int wait() const;

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

}  // namespace patchbay
