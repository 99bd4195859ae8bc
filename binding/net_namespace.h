// Entering a pod's network namespace for the length of a scope, and having it to oneself. What is
// opened inside (a netlink socket, /dev/net/tun) stays bound to that namespace afterwards.
#pragma once

#include <chrono>
#include <string>

namespace patchbay {

// An open file descriptor, closed at the end.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor& operator=(FileDescriptor&&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

class NetNamespace {
 public:
  // Throws Error{kNotFound} where nothing is at `path` or what is there is no network namespace (a
  // name that outlived its namespace), Error{kKernel} otherwise.
  explicit NetNamespace(const std::string& path);

  // Waits until nobody else has the namespace locked; then it is ours until this object goes or the
  // process ends. flock(2) on the namespace's own file: the kernel has one inode for a namespace
  // (fs/nsfs.c), so all paths to it (/run/netns/NAME, /proc/PID/ns/net, a bind mount) lead to the
  // same lock, and nothing is left behind. Throws Error{kTryAgain} after `patience`.
  void lock(std::chrono::milliseconds patience = kLockPatience) const;

  // Throws Error{kNotFound} where the path no longer leads to this namespace: it lives only as long
  // as we hold it open, and all that was made inside goes with it.
  void expect_at_path() const;

  // An ADD takes milliseconds; a runtime gives a pod's networks minutes.
  static constexpr std::chrono::milliseconds kLockPatience = std::chrono::seconds(60);

  // The calling thread is inside until the scope ends.
  class Scope {
   public:
    explicit Scope(const NetNamespace& inside);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    FileDescriptor before_;
  };

 private:
  std::string path_;
  FileDescriptor fd_;
};

}  // namespace patchbay
