// A console's text for `patchbay verify`, and the guest's state in it.
#include "cli/transcript.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] { parse_guest_state(cli::read_transcript(std::string(text))); });
  return 0;
}
