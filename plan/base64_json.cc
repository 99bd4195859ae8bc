#include "plan/base64_json.h"

#include <nettle/base64.h>

namespace patchbay {

std::string decode_base64(const JsonReader& reader) {
  const std::string text = reader.string();
  base64_decode_ctx context;
  base64_decode_init(&context);
  std::string out(BASE64_DECODE_LENGTH(text.size()), '\0');
  size_t length = out.size();
  if (base64_decode_update(&context, &length, reinterpret_cast<uint8_t*>(out.data()), text.size(),
                           text.data()) != 1 ||
      base64_decode_final(&context) != 1) {
    throw Error(Errc::kMalformed, "is not base64", reader.path());
  }
  out.resize(length);
  return out;
}

}  // namespace patchbay
