// Text on its way to a person: safe for a terminal and a log, whatever its source put in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

// `text` with control characters, DEL, the C1 controls, bidirectional overrides and bytes that are
// not UTF-8 written as \xNN. Everything else stays.
std::string printable(std::string_view text);

// The length in bytes of the UTF-8 sequence at the start of `text`; 0 where there is none (RFC
// 3629: no overlong form, no surrogate, nothing above U+10FFFF).
size_t utf8_length(std::string_view text);
bool is_utf8(std::string_view text);

// "a, b, c"; "none" for an empty list.
std::string join(const std::vector<std::string>& items);

}  // namespace patchbay
