// Columns for a person's terminal.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/colour.h"

namespace patchbay::cli {

// The columns `text` takes on a terminal: two for East Asian wide characters and emoji, none for
// marks that combine (Unicode TR 11, roughly). `text` has to be printable().
size_t display_width(std::string_view text);

// A line for each row, each column as wide as its widest cell and two spaces apart, nothing at a
// line's end. Cells are made printable().
std::string aligned(std::vector<std::vector<std::string>> rows);

struct Cell {
  Cell(const char* words) : text(words) {}
  Cell(std::string words, Style look = Style::kPlain) : text(std::move(words)), style(look) {}

  std::string text;
  Style style = Style::kPlain;
};

// The same, in colours where `colour` is true.
std::string aligned(const std::vector<std::vector<Cell>>& rows, bool colour);

}  // namespace patchbay::cli
