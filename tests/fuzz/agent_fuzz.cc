// What a guest's agent says, its two answers with a line "--" between them or a VMI's status, and
// the comparison with what was planned.
#include "plan/agent_state.h"
#include "plan/compare_guest.h"
#include "tests/fuzz/plans.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kBorder = "\n--\n";
  const std::string text(fuzz::text_of(data, size));
  const size_t border = text.find(kBorder);
  fuzz::accepts([&] {
    std::optional<std::string> routes;
    if (border != text.npos) routes = text.substr(border + kBorder.size());
    compare_guest(fuzz::plan(), parse_agent_state(text.substr(0, border), routes));
  });
  fuzz::accepts([&] { compare_guest(fuzz::plan(), parse_vmi_agent_state(text)); });
  return 0;
}
