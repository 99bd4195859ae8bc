// JSON as YAML, for a person to read and for kubectl to apply.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::cli {

// The same value in block style: keys in their order, texts of several lines as literal blocks,
// final newline. Read as YAML 1.1 or 1.2 it is the same JSON again. Throws Error{kMalformed} where
// `json` is none.
std::string yaml_text(std::string_view json);

}  // namespace patchbay::cli
