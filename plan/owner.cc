#include "plan/owner.h"

#include "plan/digest.h"

namespace patchbay {

std::string attachment_mark(std::string_view container_id, std::string_view if_name) {
  std::string text(container_id);
  text.push_back('\0');
  return sha256_digits(text.append(if_name), kMarkDigits);
}

}  // namespace patchbay
