// SHA-256, for names and marks that must come out the same wherever they are made.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay {

// The first `digits` lower-case hex digits, at most 64, of the digest of `text`.
std::string sha256_digits(std::string_view text, size_t digits);

}  // namespace patchbay
