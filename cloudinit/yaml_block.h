// Entries as lines of block style, indented as a given text does it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloudinit/yaml_tree.h"

namespace patchbay::cloudinit {

struct BlockStyle {
  int step = 2;  // from a key to the keys below it
  int dash = 2;  // from a key to the dashes below it: 0 where sequences stand under their key
  std::string line_end = "\n";

  bool operator==(const BlockStyle&) const = default;
};

// As `near` has it, where it has not as the whole document does, else two spaces.
BlockStyle style_of(std::string_view text, const YamlNode& near, const YamlNode& root);

// Where the first entry of a map or sequence in block style starts: its key or dash. It must have
// one.
size_t first_entry(std::string_view text, const YamlNode& container);

// The entries of `container`, the first line at `column`, each line with its end.
std::string block_lines(const YamlNode& container, int column, const BlockStyle& style);

size_t line_start(std::string_view text, size_t offset);
size_t next_line(std::string_view text, size_t offset);  // the text's end after the last one

}  // namespace patchbay::cloudinit
