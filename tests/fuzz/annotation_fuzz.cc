// The annotation patchbay.io/networks.
#include "plan/annotation.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] {
    Diagnostics diagnostics;
    parse_networks_annotation(text, diagnostics);
  });
  return 0;
}
