// Text on its way to a person: safe for a terminal and a log, whatever its source put in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

// `text` with control characters, those of bidirectional text, what nobody sees (but variation
// selectors), noncharacters and bytes that are not UTF-8 written as \xNN. Everything else stays.
std::string printable(std::string_view text);

// The character at the start of a text; `size` is its length in bytes, 0 where there is none (RFC
// 3629: no overlong form, no surrogate, nothing above U+10FFFF).
struct Utf8Char {
  uint32_t code_point = 0;
  size_t size = 0;
};
Utf8Char decode_utf8(std::string_view text);
bool is_utf8(std::string_view text);

// One byte, one character, the same in UTF-8, XML, JSON and on a terminal but for what quotes:
// nearly all that is read here, and worth no look at Unicode.
constexpr bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }

// Nothing but spaces, tabs and line ends.
bool is_blank(std::string_view text);

char ascii_lower(char c);
std::string lower_case(std::string_view text);  // of ASCII letters
bool is_ascii_alnum(char c);

// "a, b, c"; "none" for an empty list.
std::string join(const std::vector<std::string>& items, std::string_view separator = ", ");

}  // namespace patchbay
