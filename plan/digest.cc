#include "plan/digest.h"

#include <nettle/sha2.h>

#include <array>
#include <cstdint>

namespace patchbay {

std::string sha256_digits(std::string_view text, size_t digits) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::array<uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, text.size(), reinterpret_cast<const uint8_t*>(text.data()));
  sha256_digest(&context, digest.size(), digest.data());
  std::string out;
  for (size_t i = 0; i < digits; ++i) {
    out += kHexDigits[i % 2 == 0 ? digest.at(i / 2) >> 4 : digest.at(i / 2) & 0xf];
  }
  return out;
}

}  // namespace patchbay
