// The socket by which virt-launcher finds the hook sidecar, named so that no other sidecar of the
// pod has the same name. virt-launcher panics where Info fails or takes longer than a second after
// the file was seen (pkg/hooks/manager.go, v1.9.0).
#pragma once

#include <string>
#include <string_view>

#include "sidecar/listener.h"

namespace patchbay::sidecar {

inline constexpr char kHooksDirectory[] = "/var/run/kubevirt-hooks";

// Whether `name` is exactly one that HookSocket gives for the profile: "patchbay-x-" is also the
// start of profile "x-y"'s.
bool is_hook_socket_name(std::string_view name, std::string_view profile);

// The same of a whole path, for a HookSocket in `directory`.
bool is_hook_socket(std::string_view path, std::string_view directory, std::string_view profile);

class HookSocket {
 public:
  // Listens on `directory`/patchbay-<profile>-<random>.sock; nothing else is ever put into
  // `directory`, where virt-launcher dials whatever it finds. A socket that an earlier run of the
  // same profile left behind is replaced under its name, for virt-launcher looks for names only
  // once, at its start. Throws Error{kIo}: no such directory, not writable, path too long for a
  // socket.
  HookSocket(const std::string& directory, std::string_view profile);

  Listener& listener() { return listener_; }
  const std::string& path() const { return listener_.path(); }
  bool took_over() const { return took_over_; }  // an earlier run's name

 private:
  bool took_over_ = false;
  Listener listener_;
};

}  // namespace patchbay::sidecar
