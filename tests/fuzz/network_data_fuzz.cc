// A user's networkData and userData, of each source: handed over, there is always userData.
#include "cloudinit/network_data.h"
#include "tests/fuzz/plans.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const size_t middle = text.find('\0');
  CloudInitData written{.network_data = std::string(text.substr(0, middle))};
  if (middle != std::string_view::npos) written.user_data = text.substr(middle + 1);
  for (const auto source :
       {CloudInitData::DataSource::kNoCloud, CloudInitData::DataSource::kConfigDrive}) {
    written.data_source = source;
    cloudinit::Handover handover;
    if (!fuzz::accepts([&] { handover = cloudinit::hand_over(fuzz::plan(), written); })) continue;
    fuzz::expect(!handover.user_data.empty());
  }
  return 0;
}
