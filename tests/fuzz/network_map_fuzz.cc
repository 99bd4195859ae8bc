// The map of `patchbay import`.
#include "cli/network_map.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] {
    Diagnostics diagnostics;
    cli::parse_network_map(text, diagnostics);
  });
  return 0;
}
