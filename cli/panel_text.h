// The panel for a terminal: a line from left to right for each NIC, then each NIC's details.
#pragma once

#include <cstddef>
#include <string>

#include "cli/panel.h"

namespace patchbay::cli {

struct Terminal {
  size_t columns = 100;
  bool utf8 = false;
  bool colour = false;
};

// Stdout's: UTF-8 by the locale (LC_ALL, LC_CTYPE, LANG), the width where stdout is a terminal,
// else $COLUMNS, else 100.
Terminal terminal_of_stdout();

// Lines end without spaces. Only single long words (a foreign name, an IPv6 prefix) and drifts may
// be wider than the terminal.
std::string panel_text(const Panel& panel, const Terminal& terminal);

}  // namespace patchbay::cli
