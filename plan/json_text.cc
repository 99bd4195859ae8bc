#include "plan/json_text.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "plan/text.h"

namespace patchbay {
namespace {

std::string escape(uint32_t unit) {
  std::array<char, 7> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", unit);
  return text.data();
}

// RFC 8259, section 7: what is above U+FFFF by its surrogates.
std::string escaped(uint32_t code_point) {
  if (code_point < 0x10000) return escape(code_point);
  const uint32_t above = code_point - 0x10000;
  return escape(0xd800 | above >> 10) + escape(0xdc00 | (above & 0x3ff));
}

}  // namespace

std::string escaped_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    if (is_printable_ascii(json.front())) {
      out += json.front();
      json.remove_prefix(1);
      continue;
    }
    const Utf8Char next = decode_utf8(json);
    const std::string_view bytes = json.substr(0, next.size == 0 ? 1 : next.size);
    if (bytes == "\n" || printable(bytes) == bytes) {
      out += bytes;
    } else {
      out += escaped(next.code_point);
    }
    json.remove_prefix(bytes.size());
  }
  return out;
}

}  // namespace patchbay
