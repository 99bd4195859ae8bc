// A console's text for `patchbay verify`, the guest's state in it, and the comparison with what was
// planned.
#include "cli/transcript.h"
#include "plan/compare_guest.h"
#include "tests/fuzz/plans.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] {
    compare_guest(fuzz::plan(), parse_guest_state(cli::read_transcript(std::string(text))));
  });
  return 0;
}
