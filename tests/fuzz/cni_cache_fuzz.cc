// An entry of libcni's result cache.
#include "plan/cni_cache.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] { parse_cni_cache_entry(text); });
  return 0;
}
