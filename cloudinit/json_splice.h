// Elements added to the arrays of somebody else's JSON object, in the layout they are put beside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloudinit/splice.h"

namespace patchbay::cloudinit {

struct JsonAddition {
  std::string key;                    // of an array of the root object; made where it is missing
  std::vector<std::string> elements;  // each a JSON object on one line
};

// Ours come first in their array, laid out as its first element is, on one line where it has none.
// The result is read again and must hold what the text held and what was added, nothing else. Left
// whole is what is not JSON, has a key twice, or something else than an array at `key`. Throws
// nothing for what a user wrote.
Spliced add_to_json(std::string_view text, const std::vector<JsonAddition>& additions);

}  // namespace patchbay::cloudinit
