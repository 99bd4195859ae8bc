// Columns for a person's terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay::cli {

// The columns `text` takes on a terminal: two for East Asian wide characters and emoji, none for
// marks that combine (Unicode TR 11, roughly). `text` has to be printable().
size_t display_width(std::string_view text);

// A line for each row, each column as wide as its widest cell and two spaces apart, nothing at a
// line's end. Cells are made printable().
std::string aligned(std::vector<std::vector<std::string>> rows);

}  // namespace patchbay::cli
