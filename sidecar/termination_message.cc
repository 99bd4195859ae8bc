#include "sidecar/termination_message.h"

#include <fcntl.h>
#include <unistd.h>

namespace patchbay::sidecar {
namespace {

constexpr size_t kMaxBytes =
    4096;  // kubelet, pkg/kubelet/container, MaxContainerTerminationMessageLength

}  // namespace

void write_termination_message(const std::string& path, std::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return;
  [[maybe_unused]] const ssize_t ignored = write(fd, text.data(), text.substr(0, kMaxBytes).size());
  close(fd);
}

}  // namespace patchbay::sidecar
