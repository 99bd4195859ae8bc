// A guest's user and password for verify: never on a command line, never printed.
#pragma once

#include <string>

#include "cli/console_session.h"

namespace patchbay::cli {

// From a file of two lines, user and password. Throws Error{kInvalidInput} where others than its
// owner may read it, or it is anything else.
Credentials read_credentials(const std::string& path);

// From whoever sits at the terminal, the password without echo. Throws Error{kNotFound} where there
// is no terminal.
Credentials ask_for_credentials();

}  // namespace patchbay::cli
