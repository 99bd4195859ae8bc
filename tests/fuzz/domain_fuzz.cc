// A libvirt domain: untouched where there is nothing to do, and completed twice as once.
#include "domainxml/apply_plan.h"
#include "tests/fuzz/plans.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  Diagnostics diagnostics;
  fuzz::accepts([&] {
    fuzz::expect(domainxml::apply_plan(text, NetworkPlan(), "patchbay", diagnostics) == text);
  });
  fuzz::accepts([&] {
    const NetworkPlan plan = fuzz::plan();
    const std::string once = domainxml::apply_plan(text, plan, "patchbay", diagnostics);
    fuzz::expect(domainxml::apply_plan(once, plan, "patchbay", diagnostics) == once);
  });
  return 0;
}
