#include "domainxml/xml_text.h"

#include "plan/error.h"

namespace patchbay::domainxml {
namespace {

struct Decoded {
  uint32_t code_point = 0;
  size_t size = 0;  // 0: not UTF-8
};

Decoded decode(std::string_view text, size_t offset) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[offset + i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xC2 || lead > 0xF4 || text.size() - offset < size) return {};
  uint32_t code_point = lead & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code_point = code_point << 6 | (byte(i) & 0x3Fu);
  }
  if (code_point < kSmallest[size]) return {};
  return {code_point, size};
}

}  // namespace

bool is_xml_char(uint32_t code_point) {
  if (code_point < 0x20) return code_point == '\t' || code_point == '\n' || code_point == '\r';
  return code_point <= 0xD7FF || (code_point >= 0xE000 && code_point <= 0xFFFD) ||
         (code_point >= 0x10000 && code_point <= 0x10FFFF);
}

std::optional<size_t> first_illegal_byte(std::string_view text) {
  for (size_t offset = 0; offset < text.size();) {
    const Decoded decoded = decode(text, offset);
    if (decoded.size == 0 || !is_xml_char(decoded.code_point)) return offset;
    offset += decoded.size;
  }
  return std::nullopt;
}

std::string escaped(std::string_view value) {
  if (first_illegal_byte(value)) {
    throw Error(Errc::kInvalidInput, "cannot write " + in_quotes(value) +
                                         " into the domain XML: expected UTF-8 without control "
                                         "characters; rename what has this name");
  }
  std::string text;
  for (const char c : value) {
    switch (c) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '"':
        text += "&quot;";
        break;
      case '\'':
        text += "&apos;";
        break;
      case '\t':
        text += "&#9;";
        break;
      case '\n':
        text += "&#10;";
        break;
      case '\r':
        text += "&#13;";
        break;
      default:
        text += c;
    }
  }
  return text;
}

}  // namespace patchbay::domainxml
