#include "plan/read_stream.h"

#include <array>

namespace patchbay {

std::optional<std::string> read_to_end(std::istream& stream) {
  std::string text;
  std::array<char, 4096> part;
  while (stream) {
    stream.read(part.data(), part.size());
    text.append(part.data(), static_cast<size_t>(stream.gcount()));
  }
  return stream.eof() ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace patchbay
