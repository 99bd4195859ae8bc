// HTTP/2 and gRPC's framing by hand (RFC 9113; RFC 7541 without its tables; gRPC's
// PROTOCOL-HTTP2.md): for clients that may say whatever they like, or must cost next to nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::http2 {

inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kResetStream = 3,
  kSettings = 4,
  kPing = 6,
  kGoAway = 7,
  kWindowUpdate = 8,
  kContinuation = 9
};
inline constexpr uint8_t kAck = 1, kEndStream = 1, kEndHeaders = 4;
inline constexpr size_t kFrameHeaderBytes = 9, kMostFrameBytes = 16384;

inline std::string number(uint32_t value) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

inline std::string frame(FrameType type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string text = number(static_cast<uint32_t>(payload.size())).substr(1);
  text += static_cast<char>(type);
  text += static_cast<char>(flags);
  text += number(stream);
  return text.append(payload);
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

// A call with its message, to its end.
inline std::string call(uint32_t stream, std::string_view path, std::string_view message) {
  const std::string data = std::string(1, '\0') /* not compressed */ +
                           number(static_cast<uint32_t>(message.size())) + std::string(message);
  std::string text = frame(kHeaders, kEndHeaders, stream, call_headers(path));
  for (size_t at = 0; at < data.size(); at += kMostFrameBytes) {
    const bool is_last = at + kMostFrameBytes >= data.size();
    text += frame(kData, is_last ? kEndStream : 0, stream,
                  std::string_view(data).substr(at, kMostFrameBytes));
  }
  return text;
}

}  // namespace patchbay::http2
