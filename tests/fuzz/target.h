// What a fuzz target is made of. Each feeds any bytes to one parser, as libFuzzer calls it; in the
// ordinary presets replay.cc calls it with the files of its corpus instead (tests/lab/fuzz.py).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "plan/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace patchbay::fuzz {

inline std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Whatever else it throws ends the program, and so does a refusal without a word. False: refused.
template <typename Call>
bool accepts(Call call) {
  try {
    call();
    return true;
  } catch (const Error& error) {
    if (error.message().empty()) std::abort();
    return false;
  }
}

inline void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace patchbay::fuzz
