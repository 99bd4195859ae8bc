// A client of the sidecar that costs next to nothing beside it: one call on a new connection each,
// its bytes written by hand (tests/http2.h).
//
//   hook_client call SOCKET METHOD REQUEST ANSWER COUNT
//     calls METHOD with the message in the file REQUEST and writes the last answer into ANSWER
//   hook_client start FOLDER COUNT PROGRAM ARGUMENTS...
//     starts PROGRAM, which makes a socket in FOLDER, asks it for Info and ends it
//
// Prints a line for each: ns from before connect(), or before the start, to the answer's end.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "http2.h"

namespace {

using namespace std::string_literals;

using namespace patchbay::http2;

constexpr char kInfo[] = "/kubevirt.hooks.info.Info/Info";
constexpr size_t kFirstWindow = 65535;
constexpr uint32_t kOurWindow = 1 << 24;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

long long nanoseconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::string request(std::string_view method, std::string_view message) {
  if (message.size() + 5 > kFirstWindow) {
    throw std::length_error("the request is beyond a first window");
  }
  return std::string(kPreface) +
         frame(kSettings, 0, 0, "\x00\x04"s + number(kOurWindow)) +  // INITIAL_WINDOW_SIZE
         frame(kWindowUpdate, 0, 0, number(kOurWindow)) + call(1, method, message);
}

std::string printable(std::string text) {
  for (char& c : text) c = c >= ' ' && c <= '~' ? c : '.';
  return text;
}

class Connection {
 public:
  // False where nobody listens there yet.
  bool open(const std::string& path) {
    fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return true;
    if (errno != ECONNREFUSED && errno != ENOENT) fail("connect to " + path);
    close(fd_);
    fd_ = -1;
    return false;
  }
  Connection() = default;
  ~Connection() {
    if (fd_ >= 0) close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The answer's message, its length in front.
  std::string ask(const std::string& bytes) {
    write_all(bytes);
    std::string answer;
    while (true) {
      const std::string header = read(kFrameHeaderBytes);
      const auto byte = [&](size_t at) { return static_cast<uint8_t>(header[at]); };
      const std::string payload = read(size_t{byte(0)} << 16 | size_t{byte(1)} << 8 | byte(2));
      const uint8_t type = byte(3), flags = byte(4);
      if (type == kData) answer += payload;
      if (type == kPing && !(flags & kAck)) write_all(frame(kPing, kAck, 0, payload));
      if (type == kSettings && !(flags & kAck)) write_all(frame(kSettings, kAck, 0, ""));
      if (type == kResetStream || type == kGoAway) throw std::runtime_error("the call was ended");
      if (type != kHeaders || !(flags & kEndStream)) continue;
      if (payload.find("grpc-status\x01"
                       "0") != std::string::npos)
        return answer;
      throw std::runtime_error("not grpc-status 0: " + printable(payload));
    }
  }

 private:
  void write_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (written < 0) fail("send to the sidecar");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }

  std::string read(size_t count) {
    while (buffer_.size() < count) {
      char bytes[1 << 16];
      const ssize_t got = recv(fd_, bytes, sizeof bytes, 0);
      if (got < 0) fail("receive from the sidecar");
      if (got == 0) throw std::runtime_error("the sidecar closed the connection");
      buffer_.append(bytes, static_cast<size_t>(got));
    }
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  int fd_ = -1;
  std::string buffer_;
};

std::string contents(const char* file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void call_often(const char* socket, const char* method, const char* message,
                const char* answer_file, int count) {
  const std::string bytes = request(method, contents(message));
  std::string answer;
  for (int n = 0; n < count; ++n) {
    const long long began = nanoseconds_now();
    Connection connection;
    if (!connection.open(socket)) fail(socket);
    answer = connection.ask(bytes);
    std::printf("%lld\n", nanoseconds_now() - began);
  }
  std::ofstream(answer_file, std::ios::binary) << answer.substr(1 + sizeof(uint32_t));
}

// Empty where none is there yet.
std::string socket_in(const std::string& folder) {
  DIR* entries = opendir(folder.c_str());
  if (entries == nullptr) fail(folder);
  std::string found;
  while (const dirent* entry = readdir(entries)) {
    if (std::string_view(entry->d_name).ends_with(".sock")) found = folder + "/" + entry->d_name;
  }
  closedir(entries);
  return found;
}

void start(const std::string& folder, int count, char** command) {
  constexpr useconds_t kPause = 20;
  constexpr long long kPatience = 30'000'000'000;
  const std::string bytes = request(kInfo, "");
  for (int n = 0; n < count; ++n) {
    const long long began = nanoseconds_now();
    pid_t pid = -1;
    errno = posix_spawn(&pid, command[0], nullptr, nullptr, command, environ);
    if (errno != 0) fail(command[0]);
    while (true) {
      Connection connection;
      const std::string socket = socket_in(folder);
      if (!socket.empty() && connection.open(socket)) {
        connection.ask(bytes);
        break;
      }
      if (nanoseconds_now() - began > kPatience) throw std::runtime_error("no socket came");
      usleep(kPause);
    }
    std::printf("%lld\n", nanoseconds_now() - began);
    kill(pid, SIGTERM);
    int status = 0;
    waitpid(pid, &status, 0);
    if (status != 0) throw std::runtime_error("the sidecar failed");
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "call" && argc == 7) {
      call_often(argv[2], argv[3], argv[4], argv[5], std::atoi(argv[6]));
    } else if (what == "start" && argc > 4) {
      start(argv[2], std::atoi(argv[3]), argv + 4);
    } else {
      throw std::invalid_argument("see the source for its arguments");
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hook_client: %s\n", error.what());
    return 1;
  }
}
