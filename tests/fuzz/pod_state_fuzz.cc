// What `patchbay inspect` printed, read by render.
#include "plan/pod_state.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] {
    const PodState pod = parse_pod_state(text);
    fuzz::expect(parse_pod_state(to_json(pod)) == pod);
  });
  return 0;
}
