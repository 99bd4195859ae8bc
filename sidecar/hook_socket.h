// The socket by which virt-launcher finds the sidecar: created ready to answer, named so that no
// other sidecar of the pod has the same name, gone when the sidecar ends. The caller must be able
// to answer before it makes one: virt-launcher dials as soon as the file is there, and panics where
// Info then fails or takes longer than a second (pkg/hooks/manager.go, v1.9.0).
#pragma once

#include <string>
#include <string_view>

namespace patchbay::sidecar {

inline constexpr char kHooksDirectory[] = "/var/run/kubevirt-hooks";

class HookSocket {
 public:
  // Binds and listens on `directory`/patchbay-<profile>-<random>.sock; nothing else is ever put
  // into `directory`, where virt-launcher dials whatever it finds. A socket that an earlier run of
  // the same profile left behind is replaced under its name, for virt-launcher looks for names only
  // once, at its start. Throws Error{kIo}: no such directory, not writable, path too long for a
  // socket.
  HookSocket(const std::string& directory, std::string_view profile);
  ~HookSocket();
  HookSocket(const HookSocket&) = delete;
  HookSocket& operator=(const HookSocket&) = delete;

  const std::string& path() const { return path_; }
  bool took_over() const { return took_over_; }  // an earlier run's name

  int fd() const { return fd_; }  // readable when accept() has something
  // A new non-blocking connection that the caller owns, or -1 where there is none now. Throws
  // Error{kIo} where there will never be one again.
  int accept();

 private:
  std::string path_;
  bool took_over_ = false;
  int fd_ = -1;
};

}  // namespace patchbay::sidecar
