#include "plan/text.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace patchbay {
namespace {

uint8_t byte(std::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

uint32_t code_point(std::string_view sequence) {
  const uint8_t lead = byte(sequence, 0);
  if (sequence.size() == 1) return lead;
  uint32_t value = lead & (0x7fU >> sequence.size());
  for (size_t i = 1; i < sequence.size(); ++i) value = (value << 6) | (byte(sequence, i) & 0x3fU);
  return value;
}

// C0, DEL and C1 drive terminals; U+2028/9 end lines; the bidirectional controls (Unicode TR 9)
// make text read as something else.
bool drives_a_terminal(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
}

}  // namespace

size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const uint8_t lead = byte(text, 0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(text, i) & 0xc0U) != 0x80) return 0;
  }
  const uint32_t c = code_point(text.substr(0, length));
  const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
  const bool surrogate = c >= 0xd800 && c <= 0xdfff;
  return overlong || surrogate || c > 0x10ffff ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length > 0 && !drives_a_terminal(code_point(text.substr(0, length)))) {
      out += text.substr(0, length);
    } else {
      for (size_t i = 0; i < (length == 0 ? 1 : length); ++i) {
        std::array<char, 5> escape{};
        std::snprintf(escape.data(), escape.size(), "\\x%02x", byte(text, i));
        out += escape.data();
      }
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string join(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out.empty() ? "none" : out;
}

}  // namespace patchbay
