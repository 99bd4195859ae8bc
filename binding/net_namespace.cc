#include "binding/net_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr const char* kOwnNamespace = "/proc/thread-self/ns/net";
// flock(2) knows no deadline, so it is asked again and again.
constexpr std::chrono::milliseconds kLockPause{5};

int open_namespace(const std::string& path) {
  // Without waiting: a FIFO would keep the call until somebody writes.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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

void NetNamespace::lock(std::chrono::milliseconds patience) const {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      throw Error(Errc::kKernel, "could not lock the network namespace " + in_quotes(path_) + ": " +
                                     std::strerror(errno));
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      throw Error(
          Errc::kTryAgain,
          "waited " + std::to_string(patience.count()) +
              " ms for the lock on the network namespace " + in_quotes(path_) +
              ": another call of patchbay-cni is still at work in it; `lslocks` on the node "
              "shows its process");
    }
    std::this_thread::sleep_for(kLockPause);
  }
}

void NetNamespace::expect_at_path() const {
  struct stat ours {};
  struct stat now {};
  if (fstat(fd_.get(), &ours) == 0 && stat(path_.c_str(), &now) == 0 && ours.st_dev == now.st_dev &&
      ours.st_ino == now.st_ino) {
    return;
  }
  throw Error(Errc::kNotFound, "the network namespace " + in_quotes(path_) +
                                   " went away while it was being worked in: its pod was deleted");
}

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
