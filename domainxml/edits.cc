#include "domainxml/edits.h"

#include <algorithm>

#include "plan/error.h"

namespace patchbay::domainxml {

std::string Edits::apply(std::string_view original) const {
  std::vector<Edit> sorted = edits_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
  std::string result;
  size_t done = 0;
  for (const Edit& edit : sorted) {
    if (edit.span.begin < done || edit.span.end < edit.span.begin ||
        edit.span.end > original.size()) {
      throw Error(Errc::kInternal, "cannot edit the domain XML: two edits overlap at byte " +
                                       std::to_string(edit.span.begin) +
                                       "; this is a bug of patchbay");
    }
    result += original.substr(done, edit.span.begin - done);
    result += edit.text;
    done = edit.span.end;
  }
  result += original.substr(done);
  return result;
}

}  // namespace patchbay::domainxml
