// patchbay-cni's stdin, in each verb.
#include "plan/cni_call.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] { parse_cni_config(text); });
  fuzz::accepts([&] { parse_cni_options(text); });
  fuzz::accepts([&] { parse_prev_result(text); });
  fuzz::accepts([&] { parse_valid_attachments(text); });
  fuzz::accepts([&] { parse_nad_options(text); });
  return 0;
}
