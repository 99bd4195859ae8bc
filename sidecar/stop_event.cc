#include "sidecar/stop_event.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <vector>

#include "plan/error.h"

namespace patchbay::sidecar {
namespace {

[[noreturn]] void fail(const char* what) {
  throw Error(Errc::kIo, std::string(what) + ": " + std::generic_category().message(errno));
}

}  // namespace

StopEvent::StopEvent() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0) fail("asking the kernel for signals by file descriptor failed");
  requests_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (requests_ < 0) {
    const int error = errno;
    close(signals_);
    errno = error;
    fail("asking the kernel for an event descriptor failed");
  }
}

StopEvent::~StopEvent() {
  close(requests_);
  close(signals_);
}

void StopEvent::request() {
  // A counter that is already at its maximum refuses: then the wish is known anyway.
  [[maybe_unused]] const int result = eventfd_write(requests_, 1);
}

std::string StopEvent::wait(std::span<const int> fds, std::chrono::milliseconds patience) {
  std::vector<pollfd> all = {{signals_, POLLIN, 0}, {requests_, POLLIN, 0}};
  for (const int fd : fds) all.push_back({fd, POLLIN, 0});
  while (poll(all.data(), all.size(), static_cast<int>(patience.count())) < 0) {
    if (errno != EINTR) fail("waiting for virt-launcher failed");
  }
  if (all[1].revents != 0) return "Shutdown from KubeVirt";
  signalfd_siginfo signal{};
  if (all[0].revents != 0 && read(signals_, &signal, sizeof signal) == sizeof signal) {
    return signal.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM";
  }
  return {};
}

}  // namespace patchbay::sidecar
