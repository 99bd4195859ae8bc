#include "cli/credentials.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "binding/net_namespace.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

constexpr off_t kMostBytes = 4096;

void write_text(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = write(fd, text.data(), text.size());
    if (size <= 0) return;
    text.remove_prefix(static_cast<size_t>(size));
  }
}

std::string read_line(int fd) {
  std::string line;
  char byte = 0;
  ssize_t size = 0;
  while ((size = read(fd, &byte, 1)) == 1 && byte != '\n') line.push_back(byte);
  if (size < 0 && errno == EINTR) throw Error(Errc::kTryAgain, "stopped", "the guest's console");
  return line;
}

// The terminal echoes again at the end, also after an exception.
class WithoutEcho {
 public:
  explicit WithoutEcho(int fd) : fd_(fd) {
    tcgetattr(fd_, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  ~WithoutEcho() { tcsetattr(fd_, TCSAFLUSH, &before_); }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  int fd_;
  termios before_{};
};

}  // namespace

Credentials read_credentials(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found {};
  if (file.get() < 0 || fstat(file.get(), &found) != 0) {
    throw Error(errno == ENOENT ? Errc::kNotFound : Errc::kIo,
                std::string("could not read the credentials: ") + std::strerror(errno), path);
  }
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw Error(Errc::kInvalidInput,
                "others than its owner may read these credentials; take that away: chmod 600",
                path);
  }
  std::array<char, kMostBytes> bytes{};
  const ssize_t size = read(file.get(), bytes.data(), bytes.size());
  std::istringstream text(std::string(bytes.data(), size > 0 ? static_cast<size_t>(size) : 0));
  Credentials credentials;
  std::string more;
  if (!std::getline(text, credentials.user) || credentials.user.empty() ||
      !std::getline(text, credentials.password) || std::getline(text, more)) {
    throw Error(Errc::kInvalidInput, "expected two lines, the user and the password", path);
  }
  return credentials;
}

Credentials ask_for_credentials() {
  const FileDescriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (terminal.get() < 0) {
    throw Error(Errc::kNotFound,
                "the guest asks for a login, and there is no terminal to ask for user and "
                "password; give --credentials FILE, two lines",
                "the guest's console");
  }
  Credentials credentials;
  write_text(terminal.get(), "The guest's user: ");
  credentials.user = read_line(terminal.get());
  // Before the prompt: what is typed ahead of it is flushed, and would be echoed.
  const WithoutEcho silent(terminal.get());
  write_text(terminal.get(), "Password: ");
  credentials.password = read_line(terminal.get());
  write_text(terminal.get(), "\n");
  return credentials;
}

}  // namespace patchbay::cli
