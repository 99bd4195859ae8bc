#include "cli/yaml_reader.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "plan/text.h"

namespace patchbay::cli {
namespace {

using cloudinit::YamlNode;

std::string child(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

std::string described(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kScalar:
      return in_quotes(node.text);
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kNull:
    case YamlNode::Kind::kAlias:
      return "nothing";
  }
  return "nothing";
}

}  // namespace

bool YamlReader::is_word(std::string_view word) const {
  return node_->is_scalar() && node_->text == word;
}

std::optional<YamlReader> YamlReader::find(std::string_view key) const {
  const YamlNode* value = yaml_->resolve(node_->find(key));
  if (!value || value->kind == YamlNode::Kind::kNull) return std::nullopt;
  return inner(*value, child(path_, std::string(key)));
}

std::vector<std::pair<std::string, YamlReader>> YamlReader::members() const {
  std::vector<std::pair<std::string, YamlReader>> found;
  if (!is_map()) {
    refuse("a map");
    return found;
  }
  std::set<std::string> seen;
  for (size_t i = 0; i + 1 < node_->children.size(); i += 2) {
    const YamlReader key = inner(node_->children[i], path_);
    const auto name = key.text();
    if (!name) continue;
    YamlReader value = inner(node_->children[i + 1], child(path_, *name));
    if (!seen.insert(*name).second) value.say("the key is there twice", "leave it once");
    found.emplace_back(*name, std::move(value));
  }
  return found;
}

bool YamlReader::only(const std::vector<std::string_view>& known) const {
  for (const auto& [key, value] : members()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::vector<std::string> names(known.begin(), known.end());
    value.say("the key is unknown" + did_you_mean(key, known.data(), known.size()),
              "known here: " + join(names));
  }
  return is_map();
}

std::vector<YamlReader> YamlReader::elements() const {
  std::vector<YamlReader> found;
  if (!node_->is_sequence()) {
    refuse("a list");
    return found;
  }
  for (const YamlNode& item : node_->children) {
    found.push_back(inner(item, path_ + "[" + std::to_string(found.size()) + "]"));
  }
  return found;
}

std::optional<std::string> YamlReader::text() const {
  if (node_->is_scalar()) return node_->text;
  refuse("a text");
  return std::nullopt;
}

// YAML 1.2's words; 1.1's "yes" and "on" mean as much and are taken by no other reader of ours.
std::optional<bool> YamlReader::boolean() const {
  if (!node_->quoted && is_word("true")) return true;
  if (!node_->quoted && is_word("false")) return false;
  refuse("true or false");
  return std::nullopt;
}

std::optional<uint16_t> YamlReader::number(uint16_t min, uint16_t max) const {
  uint16_t value = 0;
  const char* end = node_->text.data() + node_->text.size();
  const auto [stop, failure] = std::from_chars(node_->text.data(), end, value);
  const bool whole = node_->is_scalar() && failure == std::errc() && stop == end;
  // YAML 1.1 reads a leading zero as octal, 1.2 does not.
  const bool plain = !node_->quoted && (node_->text.size() == 1 || !node_->text.starts_with('0'));
  if (whole && plain && value >= min && value <= max) return value;
  refuse("a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return std::nullopt;
}

void YamlReader::refuse(std::string_view expected) const {
  say("expected " + std::string(expected) + ", found " + described(*node_));
}

void YamlReader::say(std::string message, std::string hint) const {
  const std::string line = "line " + std::to_string(node_->line + 1);
  said_->push_back({Severity::kError, "", path_.empty() ? line : path_ + ", " + line,
                    std::move(message), std::move(hint)});
}

}  // namespace patchbay::cli
