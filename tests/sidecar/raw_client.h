// A client of the sidecar's without any library behind it, which may say whatever it likes, and
// HTTP/2's frames to say it with.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>

namespace patchbay::sidecar {

// HTTP/2's connection preface and frames (RFC 9113, 3.4 and 4.1).
inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum FrameType : char {
  kData = 0,
  kHeaders = 1,
  kResetStream = 3,
  kSettings = 4,
  kPing = 6,
  kContinuation = 9
};
inline constexpr char kEndStream = 1;
inline constexpr char kEndHeaders = 4;
inline constexpr size_t kMostFrameBytes = 16384;

inline std::string frame(FrameType type, char flags, unsigned stream, std::string_view payload) {
  std::string text;
  for (const size_t shift : {16, 8, 0}) text += static_cast<char>(payload.size() >> shift & 0xFF);
  text += type;
  text += flags;
  for (const size_t shift : {24, 16, 8, 0}) text += static_cast<char>(stream >> shift & 0xFF);
  return text.append(payload);
}

inline const std::string& greeting() {
  static const std::string text = std::string(kPreface) + frame(kSettings, 0, 0, "");
  return text;
}

// HPACK, literal without indexing (RFC 7541, 6.2.2); both lengths below 127.
inline std::string header(std::string_view name, std::string_view value) {
  std::string text(1, '\0');
  for (const std::string_view part : {name, value}) {
    text += static_cast<char>(part.size());
    text += part;
  }
  return text;
}

inline std::string call_headers(std::string_view path) {
  return header(":method", "POST") + header(":scheme", "http") + header(":path", path) +
         header(":authority", "localhost") + header("te", "trailers") +
         header("content-type", "application/grpc");
}

// A connection without any library behind it.
class RawClient {
 public:
  explicit RawClient(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~RawClient() { close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  // Whether all of it was taken; false as soon as the sidecar has closed or reads no more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      pollfd waiting{fd_, POLLOUT, 0};
      if (poll(&waiting, 1, 1000) <= 0) return false;
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

  bool is_closed(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    char buffer[4096];
    while (std::chrono::steady_clock::now() < end) {
      pollfd waiting{fd_, POLLIN, 0};
      if (poll(&waiting, 1, 10) <= 0) continue;
      if (recv(fd_, buffer, sizeof buffer, 0) <= 0) return true;
    }
    return false;
  }

 private:
  int fd_ = -1;
  bool connected_ = false;
};

}  // namespace patchbay::sidecar
