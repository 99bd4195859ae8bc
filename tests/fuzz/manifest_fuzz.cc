// A file with a VM's or VMI's manifest, and the VMI in it.
#include "cli/manifest.h"
#include "plan/vmi.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  std::string vmi;
  if (fuzz::accepts([&] { vmi = cli::vmi_in(text, "manifest.yaml"); })) {
    fuzz::accepts([&] { parse_vmi(vmi); });
  }
  return 0;
}
