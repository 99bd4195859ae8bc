#include "plan/diagnostic.h"

#include <algorithm>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "error";
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string out(name(diagnostic.severity));
  out += ": ";
  if (!diagnostic.network.empty()) out += "network " + in_quotes(diagnostic.network) + ": ";
  if (!diagnostic.where.empty()) out += printable(diagnostic.where) + ": ";
  out += printable(diagnostic.message);
  if (!diagnostic.hint.empty()) out += "; " + printable(diagnostic.hint);
  return out;
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

void throw_if_errors(const Diagnostics& diagnostics) {
  std::string message;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Severity::kError) continue;
    message += (message.empty() ? "" : " | ") + to_string(diagnostic).substr(sizeof "error: " - 1);
  }
  if (!message.empty()) throw Error(Errc::kInvalidInput, std::move(message));
}

}  // namespace patchbay
