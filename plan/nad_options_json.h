// NadOptions out of JSON that is being read anyway. Private to plan/.
#pragma once

#include "plan/json_reader.h"
#include "plan/nad_options.h"

namespace patchbay {

// `reader` is at the key's value; `also` are keys that the caller reads there.
NadOptions read_nad_options(const JsonReader& reader,
                            const std::vector<std::string_view>& also = {});

// The plugins of a configuration list, or the one that is not in a list.
std::vector<JsonReader> plugins_of(const JsonReader& config);

// The options of a list as a whole, else of the first plugin that has some, else none.
NadOptions find_nad_options(const JsonReader& config);

}  // namespace patchbay
