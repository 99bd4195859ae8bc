// The socket of KubeVirt's newer Plugin resource, at the path that the resource names: under
// /var/run/kubevirt-plugin/<plugin>/, no symbolic link, there within 30 s (v1.9.0).
#pragma once

#include <string>

#include "sidecar/listener.h"

namespace patchbay::sidecar {

// What the container's environment says where it serves a Plugin: the whole path.
inline constexpr char kPluginSocketVariable[] = "PATCHBAY_PLUGIN_SOCKET";

class PluginSocket {
 public:
  // Replaces a socket that an earlier run left behind. Throws Error{kIo} as Listener, and where
  // another process listens or something that is no socket has the name.
  explicit PluginSocket(const std::string& path);

  Listener& listener() { return listener_; }

 private:
  Listener listener_;
};

}  // namespace patchbay::sidecar
