#include "cli/colour.h"

#include <unistd.h>

#include <cstdlib>

namespace patchbay::cli {
namespace {

// ECMA-48, 8.3.117, SGR. The eight colours follow a terminal's own theme.
std::string_view sgr(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kHeading:
      return "1";
    case Style::kFaint:
      return "2";
    case Style::kGood:
      return "32";
    case Style::kWarning:
      return "33";
    case Style::kBad:
      return "31";
  }
  return "";
}

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

bool wants_colour(std::FILE* stream) {
  return variable("NO_COLOR").empty() && variable("TERM") != "dumb" && isatty(fileno(stream)) == 1;
}

std::string painted(std::string_view text, Style style, bool colour) {
  const std::string_view code = sgr(style);
  if (!colour || code.empty() || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace patchbay::cli
