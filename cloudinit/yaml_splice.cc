#include "cloudinit/yaml_splice.h"

#include <algorithm>
#include <set>

#include "cloudinit/yaml_block.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw Error(Errc::kUnsupported, why); }

std::string at_line(int line) { return " (line " + std::to_string(line + 1) + ")"; }

// What PyYAML refuses or reads otherwise than yaml-cpp.
void check_characters(std::string_view text) {
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) refuse("is not UTF-8 text");
  for (size_t found = text.find('\r'); found != std::string_view::npos;
       found = text.find('\r', found + 1)) {
    if (text.substr(found, 2) != "\r\n") refuse("has a carriage return inside of a line");
  }
  for (const std::string_view line_break : {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
    if (text.find(line_break) != std::string_view::npos) {
      refuse("has Unicode's own line breaks (U+0085, U+2028, U+2029)");
    }
  }
}

// PyYAML takes the last, netplan refuses, others take the first.
void check_no_key_twice(const YamlNode& node) {
  std::set<std::string_view> keys;
  for (size_t i = 0; node.is_map() && i < node.children.size(); i += 2) {
    const YamlNode& key = node.children[i];
    if (key.is_scalar() && !keys.insert(key.text).second) {
      refuse("has a key twice" + at_line(key.line));
    }
  }
  for (const YamlNode& child : node.children) check_no_key_twice(child);
}

// The entries as one map or sequence.
YamlNode read_entries(const std::vector<std::string>& entries) {
  YamlNode all;
  for (const std::string& entry : entries) {
    YamlNode one = YamlDocument::parse(entry).root();
    all.kind = one.kind;
    std::move(one.children.begin(), one.children.end(), std::back_inserter(all.children));
  }
  return all;
}

// Nothing on the way to the place may be in brackets, brought from elsewhere, or show up elsewhere.
void check_on_the_way(const YamlDocument& document, const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kAlias) {
    refuse("has an alias where the addition belongs" + at_line(node.line));
  }
  if (document.is_aliased(node.anchor)) {
    refuse("repeats the part where the addition belongs by an alias" + at_line(node.line));
  }
  if (node.find("<<")) refuse("has a merge key where the addition belongs" + at_line(node.line));
}

void check_block_style(const YamlNode& node) {
  if (node.flow) {
    refuse("is in flow style (braces or brackets) where the addition belongs" + at_line(node.line));
  }
}

struct Target {
  const YamlNode* parent = nullptr;     // the map that has the key; null: the root is the target
  const YamlNode* key = nullptr;        // null: there is none yet
  const YamlNode* container = nullptr;  // the same
};

Target find_target(const YamlDocument& document, const YamlAddition& addition) {
  Target target{nullptr, nullptr, &document.root()};
  check_on_the_way(document, document.root());
  for (const std::string_view name : addition.path) {
    if (!target.container || !target.container->is_map())
      refuse("has no map where the addition belongs");
    check_block_style(*target.container);
    target.parent = target.container;
    target.key = target.parent->find_key(name);
    target.container = target.key ? target.key + 1 : nullptr;
    if (target.container) check_on_the_way(document, *target.container);
  }
  return target;
}

// Lines at `start`, which is a line's start or the text's end.
Insertion lines_at(std::string_view text, size_t start, std::string lines,
                   const BlockStyle& style) {
  const bool open_line = start > 0 && text[start - 1] != '\n';
  return {start, (open_line ? style.line_end : std::string()) + std::move(lines)};
}

bool says_nothing(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || line[first] == '#';
}

// Above the first entry and the comments over it.
Insertion before_entries(std::string_view text, const YamlNode& container, const YamlNode& ours,
                         const BlockStyle& style, size_t after) {
  const size_t entry = first_entry(text, container);
  size_t start = line_start(text, entry);
  if (text.substr(start, entry - start).find_first_not_of(' ') != std::string_view::npos) {
    refuse("has something else on the line where the addition belongs" + at_line(container.line));
  }
  const auto column = static_cast<int>(entry - start);
  while (start > after) {
    const size_t above = line_start(text, start - 1);
    if (above < after || !says_nothing(text.substr(above, start - above))) break;
    start = above;
  }
  return {start, block_lines(ours, column, style)};
}

Insertion into_brackets(std::string_view text, const YamlNode& container,
                        const std::vector<std::string>& entries) {
  std::string line;
  for (const std::string& entry : entries) {
    if (!line.empty()) line += ", ";
    line += container.is_map() ? entry : entry.substr(2);
  }
  return {text.find_first_of("{[", container.offset) + 1, line};
}

Insertion below_key(std::string_view text, const YamlNode& key, const YamlNode& ours,
                    const BlockStyle& style) {
  const int column = key.column + (ours.is_map() ? style.step : style.dash);
  return lines_at(text, next_line(text, key.offset), block_lines(ours, column, style), style);
}

// A map of one key, which holds ours.
YamlNode wrapped(std::string_view name, YamlNode ours) {
  YamlNode map;
  map.kind = YamlNode::Kind::kMap;
  map.children.resize(2);
  map.children[0].kind = YamlNode::Kind::kScalar;
  map.children[0].text = name;
  map.children[1] = std::move(ours);
  return map;
}

Insertion insertion_for(std::string_view text, const YamlDocument& document,
                        const YamlAddition& addition, const YamlNode& ours) {
  const Target target = find_target(document, addition);
  const YamlNode& near = target.parent ? *target.parent : document.root();
  const BlockStyle style =
      style_of(text, target.container ? *target.container : near, document.root());
  if (!target.container) {
    const YamlNode* sibling = near.find_key(addition.sibling);
    if (!sibling) refuse("has no place for the addition");
    return lines_at(text, next_line(text, sibling[1].offset),
                    block_lines(wrapped(addition.path.back(), ours), sibling->column, style),
                    style);
  }
  if (target.container->kind == YamlNode::Kind::kNull) {
    if (target.key) return below_key(text, *target.key, ours, style);
    return lines_at(text, text.size(), block_lines(ours, 0, style), style);
  }
  if (target.container->kind != ours.kind) {
    refuse("has something else where the addition belongs" + at_line(target.container->line));
  }
  if (target.container->children.empty()) {
    return into_brackets(text, *target.container, addition.entries);
  }
  check_block_style(*target.container);
  return before_entries(text, *target.container, ours, style, addition.after);
}

// What the result must be: the user's, with ours in front.
void add_expected(YamlNode& node, const YamlAddition& addition, size_t depth,
                  const YamlNode& ours) {
  if (depth == addition.path.size()) {
    node.kind = ours.kind;
    node.children.insert(node.children.begin(), ours.children.begin(), ours.children.end());
    return;
  }
  const std::string_view name = addition.path[depth];
  if (!node.find_key(name)) {
    const YamlNode made = wrapped(name, {});
    const auto behind = node.find(addition.sibling) + 1 - node.children.data();
    node.children.insert(node.children.begin() + behind, made.children.begin(),
                         made.children.end());
  }
  const auto next = static_cast<size_t>(node.find(name) - node.children.data());
  add_expected(node.children[next], addition, depth + 1, ours);
}

void check_result(const Spliced& result, const YamlDocument& before, const YamlAddition& addition,
                  const YamlNode& ours) {
  try {
    const YamlDocument after = YamlDocument::parse(result.text);
    check_no_key_twice(after.root());
    YamlNode expected = before.root();
    add_expected(expected, addition, 0, ours);
    if (same_content(after.root(), expected)) return;
  } catch (const Error&) {
    // Said below.
  }
  refuse("would mean something else with the addition in it");
}

// Throws what "it" of the text goes on with.
Spliced added(std::string_view text, const YamlDocument& document, const YamlAddition& addition) {
  check_no_key_twice(document.root());
  const YamlNode ours = read_entries(addition.entries);
  Spliced result = splice(text, {insertion_for(text, document, addition, ours)});
  check_result(result, document, addition, ours);
  return result;
}

}  // namespace

Spliced add_to_yaml(std::string_view text, const YamlAddition& addition) {
  try {
    check_characters(text);
    return added(text, YamlDocument::parse(text), addition);
  } catch (const Error& error) {
    return left_whole(text, "it " + error.message());
  }
}

Spliced add_to_yaml(std::string_view text, const YamlDocument& document,
                    const YamlAddition& addition) {
  try {
    check_characters(text);
    return added(text, document, addition);
  } catch (const Error& error) {
    return left_whole(text, "it " + error.message());
  }
}

}  // namespace patchbay::cloudinit
