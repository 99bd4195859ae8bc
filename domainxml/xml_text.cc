#include "domainxml/xml_text.h"

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::domainxml {
bool is_xml_char(uint32_t code_point) {
  if (code_point < 0x20) return code_point == '\t' || code_point == '\n' || code_point == '\r';
  return code_point <= 0xD7FF || (code_point >= 0xE000 && code_point <= 0xFFFD) ||
         (code_point >= 0x10000 && code_point <= 0x10FFFF);
}

std::optional<size_t> first_illegal_byte(std::string_view text) {
  for (size_t offset = 0; offset < text.size();) {
    if (is_printable_ascii(text[offset])) {
      ++offset;
      continue;
    }
    const Utf8Char next = decode_utf8(text.substr(offset));
    if (next.size == 0 || !is_xml_char(next.code_point)) return offset;
    offset += next.size;
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
