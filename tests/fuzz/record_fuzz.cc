// The record in the aliases of the pod's links: what is read is written back the same.
#include "plan/record.h"
#include "tests/fuzz/target.h"

using namespace patchbay;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::accepts([&] {
    const Record record = parse_record(text);
    fuzz::expect(parse_record(to_json(record)) == record);
  });
  return 0;
}
