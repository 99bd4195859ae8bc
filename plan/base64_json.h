// Base64 in JSON. Private to plan/.
#pragma once

#include <string>

#include "plan/json_reader.h"

namespace patchbay {

// The bytes of a string in standard base64 (RFC 4648, section 4); line ends in it are skipped.
// Throws Error{kMalformed} with the path.
std::string decode_base64(const JsonReader& reader);

}  // namespace patchbay
