// The VMI that a hook is called with, and the plan made of it in an empty pod.
#include "plan/make_plan.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  Vmi vmi;
  if (!fuzz::accepts([&] { vmi = parse_vmi(text); })) return 0;
  fuzz::accepts([&] {
    const NetworkPlan plan = make_plan({.vmi = vmi});
    fuzz::expect(parse_network_plan(to_json(plan)) == plan);
  });
  return 0;
}
