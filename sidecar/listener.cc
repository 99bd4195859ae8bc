#include "sidecar/listener.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "plan/error.h"

namespace patchbay::sidecar {
namespace {

constexpr int kBacklog = SOMAXCONN;
constexpr std::chrono::milliseconds kShortagePause{20};
constexpr size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, kMaxPathBytes);
  return address;
}

int open_socket() {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) fail_io("opening a unix socket failed", "socket", errno);
  return fd;
}

// accept() failed for what may pass: the peer went away, or nothing is there.
bool passes(int error) { return error == EAGAIN || error == EINTR || error == ECONNABORTED; }

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

void fail_io(const std::string& what, const std::string& path, int error) {
  throw Error(Errc::kIo, what + ": " + std::generic_category().message(error), path);
}

bool somebody_listens(const std::string& path) {
  if (path.size() > kMaxPathBytes) return true;  // not to be told
  const int fd = open_socket();
  const sockaddr_un address = address_of(path);
  const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = result == 0 ? 0 : errno;
  close(fd);
  return error != ECONNREFUSED;  // EAGAIN: a full backlog; anything unclear counts as alive
}

Listener::Listener(std::string path, const std::string& advice) : path_(std::move(path)) {
  if (path_.size() > kMaxPathBytes) {
    throw Error(Errc::kIo,
                "the socket's path has " + std::to_string(path_.size()) +
                    " bytes, the kernel takes at most " + std::to_string(kMaxPathBytes) + "; " +
                    advice,
                path_);
  }
  fd_ = open_socket();
  const sockaddr_un address = address_of(path_);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    close(fd_);
    fail_io("creating the socket for virt-launcher failed; expected a folder that uid " +
                std::to_string(geteuid()) + " may write to",
            path_, error);
  }
  if (listen(fd_, kBacklog) != 0) {
    const int error = errno;
    unlink(path_.c_str());
    close(fd_);
    fail_io("listening on the socket for virt-launcher failed", path_, error);
  }
}

Listener::~Listener() {
  unlink(path_.c_str());
  close(fd_);
}

int Listener::accept() {
  const int connection = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection >= 0 || passes(errno)) return connection;
  if (!is_shortage(errno)) fail_io("taking a connection of virt-launcher failed", path_, errno);
  // The connection stays in the queue and the descriptor readable: don't spin until there is room.
  std::this_thread::sleep_for(kShortagePause);
  return connection;
}

}  // namespace patchbay::sidecar
