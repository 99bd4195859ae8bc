// Entering a pod's network namespace for the length of a scope. What is opened inside (a netlink
// socket, /dev/net/tun) stays bound to that namespace afterwards.
#pragma once

#include <memory>
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
