// A YAML text as it stands: each value with its place and style, aliases as aliases. This is what
// an edit of somebody else's text needs, and what a tree with everything resolved has lost. JSON is
// read the same way.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::cloudinit {

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap, kAlias };

  Kind kind = Kind::kNull;
  bool flow = false;               // a sequence or map in brackets
  bool quoted = false;             // a scalar in quotes or of several lines
  std::string tag;                 // as written; empty: none
  std::string text;                // a scalar's
  size_t anchor = 0;               // its own, an alias' the one it stands for; 0: none
  std::vector<YamlNode> children;  // a sequence's items; a map's keys and values in turn

  // Where it starts, with its tag and anchor: byte, line and byte in the line, from 0. A null that
  // is not written starts at whatever comes next.
  size_t offset = 0;
  int line = 0;
  int column = 0;

  bool is_map() const { return kind == Kind::kMap; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_scalar() const { return kind == Kind::kScalar; }

  // A map's key, its value next to it: the last of several, as PyYAML has it; null where there is
  // none. Merge keys ("<<") and aliases are not followed.
  const YamlNode* find_key(std::string_view key) const;
  const YamlNode* find(std::string_view key) const;  // the value
};

// Equal but for place and for brackets or none.
bool same_content(const YamlNode& left, const YamlNode& right);

class YamlDocument {
 public:
  // One document; a text without any is a null. Throws Error{kMalformed} whose message goes on from
  // "the text": "is not YAML (line 3)", never with a word of the text, which may be a secret.
  static YamlDocument parse(std::string_view text);

  const YamlNode& root() const { return *root_; }

  // What `node` stands for: itself, or what it is an alias of. Null is taken and given.
  const YamlNode* resolve(const YamlNode* node) const;

  // As cloud-init would find it: through aliases and merge keys. Null where there is none, and
  // where `node` is null or no map.
  const YamlNode* child(const YamlNode* node, std::string_view key) const;

  bool is_aliased(size_t anchor) const;  // whether an alias stands for it

 private:
  YamlDocument() = default;

  std::unique_ptr<YamlNode> root_;
  std::vector<const YamlNode*> anchors_;  // by number
  std::vector<bool> aliased_;
};

// `node` as text that means the same wherever it stands: plain as it was, else in double quotes.
std::string scalar_text(const YamlNode& node);

}  // namespace patchbay::cloudinit
