// A source of `patchbay import`, of any kind.
#include "cli/source.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] { cli::read_source(text, "source"); });
  return 0;
}
