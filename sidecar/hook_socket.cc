#include "sidecar/hook_socket.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <thread>

#include "plan/error.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;

constexpr int kBacklog = 16;
constexpr std::chrono::milliseconds kShortagePause{20};
constexpr std::string_view kSuffix = ".sock";
constexpr size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

// A socket younger than that may be another sidecar's that is bound and does not listen yet.
constexpr time_t kStaleAfterSeconds = 2;

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  throw Error(Errc::kIo, what + ": " + std::generic_category().message(error), path);
}

constexpr size_t kRandomBytes = 4;

std::string name_prefix(std::string_view profile) {
  return "patchbay-" + std::string(profile) + "-";
}

// Exactly a name that this profile gives: "patchbay-x-" is also the start of profile "x-y"'s.
bool is_name_of(std::string_view profile, std::string_view name) {
  const std::string prefix = name_prefix(profile);
  if (name.size() != prefix.size() + 2 * kRandomBytes + kSuffix.size()) return false;
  if (!name.starts_with(prefix) || !name.ends_with(kSuffix)) return false;
  const std::string_view digits = name.substr(prefix.size(), 2 * kRandomBytes);
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string random_hex() {
  std::array<unsigned char, kRandomBytes> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    fail("asking the kernel for a random socket name failed", "getrandom", errno);
  }
  std::string text;
  for (const unsigned char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(byte));
    text += digits;
  }
  return text;
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, kMaxPathBytes);
  return address;
}

int open_socket(int flags) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) fail("opening a unix socket failed", "socket", errno);
  return fd;
}

bool somebody_listens(const std::string& path) {
  const int fd = open_socket(SOCK_NONBLOCK);
  const sockaddr_un address = address_of(path);
  const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = result == 0 ? 0 : errno;
  close(fd);
  return error != ECONNREFUSED;  // EAGAIN: a full backlog; anything unclear counts as alive
}

bool is_left_over(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  if (std::time(nullptr) - status.st_mtime < kStaleAfterSeconds) return false;
  return path.size() <= kMaxPathBytes && !somebody_listens(path);
}

// Removes the sockets that earlier runs of this profile left behind; the name of one of them, or
// empty.
std::string clear_left_overs(const std::string& directory, std::string_view profile) {
  std::string name;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string candidate = entry.path().filename().string();
    if (!is_name_of(profile, candidate) || !is_left_over(entry.path().string())) continue;
    if (unlink(entry.path().c_str()) == 0) name = candidate;
  }
  if (error) {
    fail(
        "looking into the folder that KubeVirt shares with hook sidecars failed; expected a folder "
        "that is there and readable for uid " +
            std::to_string(geteuid()),
        directory, error.value());
  }
  return name;
}

// accept() failed for what may pass: the peer went away, or nothing is there.
bool passes(int error) { return error == EAGAIN || error == EINTR || error == ECONNABORTED; }

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

HookSocket::HookSocket(const std::string& directory, std::string_view profile) {
  std::string name = clear_left_overs(directory, profile);
  took_over_ = !name.empty();
  if (!took_over_) name = name_prefix(profile) + random_hex() + std::string(kSuffix);
  path_ = directory + "/" + name;
  if (path_.size() > kMaxPathBytes) {
    throw Error(Errc::kIo,
                "the socket's path has " + std::to_string(path_.size()) +
                    " bytes, the kernel takes at most " + std::to_string(kMaxPathBytes) +
                    "; use a shorter --socket-dir",
                path_);
  }
  fd_ = open_socket(SOCK_NONBLOCK);
  const sockaddr_un address = address_of(path_);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    close(fd_);
    fail("creating the socket for virt-launcher failed; expected a folder that uid " +
             std::to_string(geteuid()) + " may write to",
         path_, error);
  }
  if (listen(fd_, kBacklog) != 0) {
    const int error = errno;
    unlink(path_.c_str());
    close(fd_);
    fail("listening on the socket for virt-launcher failed", path_, error);
  }
}

HookSocket::~HookSocket() {
  unlink(path_.c_str());
  close(fd_);
}

int HookSocket::accept() {
  const int connection = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection >= 0 || passes(errno)) return connection;
  if (!is_shortage(errno)) fail("taking a connection of virt-launcher failed", path_, errno);
  // The connection stays in the queue and the descriptor readable: don't spin until there is room.
  std::this_thread::sleep_for(kShortagePause);
  return connection;
}

}  // namespace patchbay::sidecar
