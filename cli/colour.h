// Colours for a person's terminal, by what they mean; every command paints with these alone.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace patchbay::cli {

enum class Style {
  kPlain,
  kHeading,  // what a block of lines is about
  kFaint,    // beside the point: where a value came from
  kGood,
  kWarning,
  kBad,
};

// `stream` is a terminal that has colours (TERM is not "dumb"), and the environment has no NO_COLOR
// other than an empty one (no-color.org).
bool wants_colour(std::FILE* stream);

// `text` in a style; as it is where `colour` is false or the style is plain. It has to be
// printable().
std::string painted(std::string_view text, Style style, bool colour);

}  // namespace patchbay::cli
