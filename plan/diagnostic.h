// What we have to tell a person besides a result: a value, collected on the way, logged by the rim,
// printed by the CLI. A plan with an error-level diagnostic is not carried out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

enum class Severity { kNote, kWarning, kError };
std::string_view name(Severity severity);

struct Diagnostic {
  Severity severity = Severity::kNote;
  std::string network;  // the VMI's network name; empty: about the VM as a whole
  std::string where;    // JSON path or file the finding is about; may be empty
  std::string message;  // what was expected and what was found
  std::string hint;     // what to do; empty only where nothing needs doing

  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

// `error: network "blue": annotations.…: MESSAGE; HINT`, on one line, control characters escaped.
std::string to_string(const Diagnostic& diagnostic);

bool has_errors(const Diagnostics& diagnostics);

// Throws Error{kInvalidInput} with every error-level diagnostic in one message; does nothing where
// there is none.
void throw_if_errors(const Diagnostics& diagnostics);

}  // namespace patchbay
