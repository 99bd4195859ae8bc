// A file as a whole, or the error.
#pragma once

#include <istream>
#include <optional>
#include <string>

namespace patchbay {

// What is left of `stream`; nullopt, and errno says why, where it could not be opened or read.
// `out << stream.rdbuf()` would pass over a failed read, an istreambuf_iterator throw.
std::optional<std::string> read_to_end(std::istream& stream);

}  // namespace patchbay
