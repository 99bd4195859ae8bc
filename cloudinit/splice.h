// A user's text with something of ours in it, every byte of theirs where it was.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::cloudinit {

struct Insertion {
  size_t offset = 0;  // in the user's text
  std::string text;

  bool operator==(const Insertion&) const = default;
};

struct Spliced {
  std::string text;
  std::vector<Insertion> insertions;  // by offset; none: the text is the user's
  std::string problem;                // why nothing is inserted: "it is not YAML (line 3)"

  bool operator==(const Spliced&) const = default;
};

// `insertions` are in the order of their offsets.
Spliced splice(std::string_view text, std::vector<Insertion> insertions);

// The text as it was, and why.
Spliced left_whole(std::string_view text, std::string problem);

}  // namespace patchbay::cloudinit
