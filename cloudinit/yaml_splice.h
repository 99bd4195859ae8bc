// Entries added to somebody else's YAML: as lines in the style they are put beside, never by
// writing the text anew.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloudinit/splice.h"
#include "cloudinit/yaml_tree.h"

namespace patchbay::cloudinit {

struct YamlAddition {
  // Keys from the root to the map or sequence that gets the entries; none: the root itself. The
  // last may be missing or say nothing yet; it is then made, below `sibling`.
  std::vector<std::string_view> path;
  std::string_view sibling;
  // Each one entry on one line: `blue: {dhcp4: true}` for a map, `- {type: physical}` for a
  // sequence.
  std::vector<std::string> entries;
  size_t after = 0;  // nothing is put before this byte
};

// Ours come first in their map or sequence, above comments that stand before the first entry: there
// the place is certain, whereas only a parser knows where a last entry ends. They have the user's
// indentation and line ends; `{}` and `[]` get theirs on one line. The result is read again and
// must hold what the text held and what was added, nothing else.
//
// Left whole are: flow style that says something already, several documents, text that YAML or
// PyYAML would refuse, keys written twice, and places that stand behind or are repeated by an alias
// or a merge key. Throws nothing for what a user wrote.
Spliced add_to_yaml(std::string_view text, const YamlAddition& addition);
Spliced add_to_yaml(std::string_view text, const YamlDocument& document,  // what `text` says
                    const YamlAddition& addition);

}  // namespace patchbay::cloudinit
