// What PreCloudInitIso comes with: read, and given back with other texts.
#include "plan/cloud_init_data.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] {
    const CloudInitData read = parse_cloud_init_data(text);
    CloudInitData expected = read;
    expected.user_data = "#cloud-config\n";
    expected.network_data = "version: 2\n";
    fuzz::expect(parse_cloud_init_data(
                     with_texts(text, expected.user_data, expected.network_data)) == expected);
  });
  fuzz::accepts([&] { no_cloud_source_with_texts(text, "#cloud-config\n", "version: 2\n"); });
  return 0;
}
