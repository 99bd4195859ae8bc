// KubeVirt's network-info file.
#include "plan/network_info.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] { parse_network_info(text); });
  return 0;
}
