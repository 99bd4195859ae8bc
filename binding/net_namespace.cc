#include "binding/net_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr const char* kOwnNamespace = "/proc/thread-self/ns/net";

int open_namespace(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) return fd;
  const bool gone = errno == ENOENT || errno == ENOTDIR;
  throw Error(
      gone ? Errc::kNotFound : Errc::kKernel,
      "could not open the network namespace " + in_quotes(path) + ": " + std::strerror(errno));
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) close(fd_);
}

NetNamespace::NetNamespace(const std::string& path) : path_(path), fd_(open_namespace(path)) {}

NetNamespace::Scope::Scope(const NetNamespace& inside) : before_(open_namespace(kOwnNamespace)) {
  if (setns(inside.fd_.get(), CLONE_NEWNET) == 0) return;
  throw Error(errno == EINVAL ? Errc::kNotFound : Errc::kKernel,
              "could not enter the network namespace " + in_quotes(inside.path_) + ": " +
                  std::strerror(errno));
}

// Staying in the wrong namespace would change another pod's network: better to end at once.
NetNamespace::Scope::~Scope() {
  if (setns(before_.get(), CLONE_NEWNET) != 0) std::abort();
}

}  // namespace patchbay
