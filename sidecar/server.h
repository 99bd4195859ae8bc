// The gRPC shell around Hooks: Info, the three versions of Callbacks and the Plugin's
// DomainHookService (proto/), each a thin adaptor. The one place of the sidecar where exceptions
// become statuses.
#pragma once

#include <functional>
#include <memory>

#include "sidecar/hooks.h"
#include "sidecar/profile.h"

namespace patchbay::sidecar {

// Answers on connections that it is given, so that no connection can come before it is ready.
//
// An Error becomes the status of its Errc with its text as the message, which virt-launcher shows
// as the VM's condition; memory that could not be had becomes RESOURCE_EXHAUSTED, any other
// exception INTERNAL.
class Server {
 public:
  // Ready to answer when constructed. `on_shutdown` is called from a thread of its own for
  // KubeVirt's Shutdown, before it is answered. Throws Error{kInternal}. `hooks` must outlive the
  // server.
  Server(const Profile& profile, Hooks& hooks, LogSink log, std::function<void()> on_shutdown);
  ~Server();

  // A connected non-blocking stream socket, owned from now on. Adopted and stopped by one thread.
  void adopt(int connection);

  // Lets calls in progress end, for at most a second, and takes no new ones.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace patchbay::sidecar
