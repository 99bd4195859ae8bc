#include "binding/wire_bytes.h"

namespace patchbay {

WireBytes& WireBytes::domain_name(std::string_view name) {
  while (!name.empty()) {
    const size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (!label.empty()) u8(label.size()).raw(label);
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  }
  return u8(0);
}

}  // namespace patchbay
