// What ends the sidecar: SIGTERM or SIGINT, or KubeVirt's Shutdown. Both become one event that the
// main loop waits for beside its sockets.
#pragma once

#include <chrono>
#include <span>
#include <string>

namespace patchbay::sidecar {

class StopEvent {
 public:
  // Blocks SIGTERM and SIGINT in the calling thread and the threads it starts from now on: make it
  // before any other thread. Throws Error{kIo}.
  StopEvent();
  ~StopEvent();
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;

  void request();  // from any thread

  // Waits until one of `fds` is readable or `patience` is over (empty result), or the sidecar shall
  // end (why: "Shutdown from KubeVirt", "SIGTERM", "SIGINT"). Throws Error{kIo}.
  std::string wait(std::span<const int> fds, std::chrono::milliseconds patience);

 private:
  int signals_ = -1;
  int requests_ = -1;
};

}  // namespace patchbay::sidecar
