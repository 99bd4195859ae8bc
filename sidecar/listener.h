// A listening unix socket with a name in the file system: made ready to answer, gone when its owner
// goes. The caller must be able to answer before it makes one, for KubeVirt dials as soon as the
// file is there.
#pragma once

#include <string>

namespace patchbay::sidecar {

// Throws Error{kIo}: `what` failed on `path`, with the text of errno `error`.
[[noreturn]] void fail_io(const std::string& what, const std::string& path, int error);

// Whether a process listens on the socket at `path`, as far as can be told without being seen.
bool somebody_listens(const std::string& path);

class Listener {
 public:
  // Binds and listens on `path`. Throws Error{kIo}: no such folder, not writable, the name taken,
  // path too long for a socket. `advice`: what to do about the last, ending its message.
  Listener(std::string path, const std::string& advice);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const std::string& path() const { return path_; }
  int fd() const { return fd_; }  // readable when accept() has something
  // A new non-blocking connection that the caller owns, or -1 where there is none now. Throws
  // Error{kIo} where there will never be one again.
  int accept();

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace patchbay::sidecar
