#include "cli/console_link.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "binding/net_namespace.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

constexpr char kSocketPrefix[] = "unix:";
constexpr unsigned short kColumns = 500;  // no program shall fold lines for us
constexpr int kMostWaits = 20;            // of 100 ms for a command that was told to end

[[noreturn]] void fail(const std::string& attempted, const std::string& where) {
  const int error = errno;
  throw Error(error == ENOENT ? Errc::kNotFound : Errc::kIo,
              "could not " + attempted + ": " + std::strerror(error), where);
}

void never_block(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

class SocketLink : public ConsoleLink {
 public:
  explicit SocketLink(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (fd_.get() < 0 || path.size() >= sizeof address.sun_path) {
      if (fd_.get() >= 0) errno = ENAMETOOLONG;
      fail("open the console's socket", path);
    }
    path.copy(address.sun_path, path.size());
    if (connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      fail("connect to the console's socket (one at a time may be)", path);
    }
    never_block(fd_.get());
  }
  int fd() const override { return fd_.get(); }

 private:
  FileDescriptor fd_;
};

class DeviceLink : public ConsoleLink {
 public:
  explicit DeviceLink(const std::string& path)
      : fd_(open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    if (fd_.get() < 0 || tcgetattr(fd_.get(), &before_) != 0) fail("open the device", path);
    termios raw = before_;
    cfmakeraw(&raw);
    if (tcsetattr(fd_.get(), TCSANOW, &raw) != 0) fail("make the device raw", path);
  }
  ~DeviceLink() override { tcsetattr(fd_.get(), TCSADRAIN, &before_); }
  int fd() const override { return fd_.get(); }

 private:
  FileDescriptor fd_;
  termios before_{};
};

class CommandLink : public ConsoleLink {
 public:
  explicit CommandLink(const std::string& command) : command_(command) {
    termios quiet{};
    cfmakeraw(&quiet);  // as it will be anyhow; until then no echo of what we send
    quiet.c_cflag |= CREAD;
    cfsetspeed(&quiet, B115200);
    const winsize size{.ws_row = 50, .ws_col = kColumns, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = forkpty(&terminal_, nullptr, &quiet, &size);
    if (pid_ < 0) fail("start", command);
    if (pid_ == 0) {
      execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    fcntl(terminal_, F_SETFD, FD_CLOEXEC);
    never_block(terminal_);
  }

  ~CommandLink() override {
    close(terminal_);  // hangs up, which ends it and what it has started
    for (int waits = 0; waits < kMostWaits && !has_ended(); ++waits) poll(nullptr, 0, 100);
    if (has_ended()) return;
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  int fd() const override { return terminal_; }

  std::string why_it_ended() override {
    for (int waits = 0; waits < kMostWaits && !has_ended(); ++waits) poll(nullptr, 0, 100);
    if (!has_ended()) return "it closed its terminal";
    return WIFEXITED(status_) ? "it ended with " + std::to_string(WEXITSTATUS(status_))
                              : "signal " + std::to_string(WTERMSIG(status_)) + " ended it";
  }

 private:
  bool has_ended() { return ended_ = ended_ || waitpid(pid_, &status_, WNOHANG) == pid_; }

  std::string command_;
  int terminal_ = -1;
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ConsoleLink> open_console(const std::string& where) {
  if (where.starts_with(kSocketPrefix)) {
    return std::make_unique<SocketLink>(where.substr(sizeof kSocketPrefix - 1));
  }
  struct stat found {};
  if (where.starts_with("/") && stat(where.c_str(), &found) == 0) {
    if (S_ISSOCK(found.st_mode)) return std::make_unique<SocketLink>(where);
    if (S_ISCHR(found.st_mode)) return std::make_unique<DeviceLink>(where);
  }
  return std::make_unique<CommandLink>(where);
}

}  // namespace patchbay::cli
