// What shall change in a text, collected while reading it and spliced in once: every byte that no
// edit names stays as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domainxml/well_formed.h"

namespace patchbay::domainxml {

class Edits {
 public:
  void replace(Span span, std::string text) { edits_.push_back({span, std::move(text)}); }
  void remove(Span span) { replace(span, {}); }
  // Insertions at one offset come out in the order they were made.
  void insert(size_t offset, std::string text) { replace({offset, offset}, std::move(text)); }

  // `original` itself where there are no edits. Throws Error{kInternal} where two edits overlap.
  std::string apply(std::string_view original) const;

 private:
  struct Edit {
    Span span;
    std::string text;
  };
  std::vector<Edit> edits_;
};

}  // namespace patchbay::domainxml
