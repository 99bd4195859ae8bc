// Characters: what XML 1.0 lets a document hold, and how a value is written into one. The lowest
// layer of domainxml/; knows no elements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::domainxml {

// XML 1.0 (fifth edition), production [2] Char.
bool is_xml_char(uint32_t code_point);

// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629: shortest form, no
// surrogates) or encodes what is no Char, such as NUL; nothing where all of `text` is fine.
std::optional<size_t> first_illegal_byte(std::string_view text);

// `value` for an attribute in double quotes: markup, quotes, tabs and line ends come out as
// references, so that a parser gives back exactly `value`. Throws Error{kInvalidInput} for what no
// XML document can hold.
std::string escaped(std::string_view value);

}  // namespace patchbay::domainxml
