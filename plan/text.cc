#include "plan/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <iterator>

namespace patchbay {
namespace {

uint8_t byte(std::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

struct Range {
  uint32_t first;
  uint32_t last;
};

// C0, DEL and C1 drive terminals; U+2028/9 end lines; the bidirectional controls (Unicode TR 9)
// make text read as something else, and what nobody sees makes two names look alike.
// Variation selectors stay: emojis have them.
constexpr Range kObeyedOrUnseen[] = {
    {0, 0x1f},          {0x7f, 0x9f},      {0xad, 0xad},     {0x61c, 0x61c},     {0x115f, 0x1160},
    {0x180e, 0x180e},   {0x200b, 0x200f},  {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},
    {0xfeff, 0xfeff},   {0xffa0, 0xffa0},  {0xfff9, 0xfffb}, {0x13430, 0x13440}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};

// Noncharacters (Unicode 23.7): readers of XML and YAML refuse the last two of each plane.
bool is_shown(uint32_t c) {
  return (c & 0xfffeU) != 0xfffe && (c < 0xfdd0 || c > 0xfdef) &&
         std::none_of(std::begin(kObeyedOrUnseen), std::end(kObeyedOrUnseen),
                      [c](const Range& range) { return c >= range.first && c <= range.last; });
}

}  // namespace

Utf8Char decode_utf8(std::string_view text) {
  if (text.empty()) return {};
  const uint8_t lead = byte(text, 0);
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  uint32_t code_point = lead & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(text, i) & 0xc0U) != 0x80) return {};
    code_point = (code_point << 6) | (byte(text, i) & 0x3fU);
  }
  const bool overlong = (size == 3 && code_point < 0x800) || (size == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (overlong || surrogate || code_point > 0x10ffff) return {};
  return {code_point, size};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t size = decode_utf8(text).size;
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_ascii_alnum(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
  return lower;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (is_printable_ascii(text.front())) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const Utf8Char next = decode_utf8(text);
    const size_t size = next.size == 0 ? 1 : next.size;
    if (next.size > 0 && is_shown(next.code_point)) {
      out += text.substr(0, size);
    } else {
      for (size_t i = 0; i < size; ++i) {
        std::array<char, 5> escape{};
        std::snprintf(escape.data(), escape.size(), "\\x%02x", byte(text, i));
        out += escape.data();
      }
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string join(const std::vector<std::string>& items, std::string_view separator) {
  std::string out;
  for (const std::string& item : items) {
    if (!out.empty()) out += separator;
    out += item;
  }
  return out.empty() ? "none" : out;
}

}  // namespace patchbay
