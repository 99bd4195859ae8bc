#include "cloudinit/splice.h"

#include <utility>

namespace patchbay::cloudinit {

Spliced splice(std::string_view text, std::vector<Insertion> insertions) {
  std::string whole;
  size_t done = 0;
  for (const Insertion& insertion : insertions) {
    whole += text.substr(done, insertion.offset - done);
    whole += insertion.text;
    done = insertion.offset;
  }
  whole += text.substr(done);
  return {std::move(whole), std::move(insertions), {}};
}

Spliced left_whole(std::string_view text, std::string problem) {
  return {std::string(text), {}, std::move(problem)};
}

}  // namespace patchbay::cloudinit
