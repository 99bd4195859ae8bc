#include "cloudinit/yaml_block.h"

#include <algorithm>
#include <optional>

namespace patchbay::cloudinit {
namespace {

bool is_filled_block(const YamlNode& node) { return !node.flow && !node.children.empty(); }

// From the first key that has block-style `kind` below it: how much further in that starts.
std::optional<int> indentation(std::string_view text, const YamlNode& node, YamlNode::Kind kind) {
  for (size_t i = 0; node.is_map() && i < node.children.size(); i += 2) {
    const YamlNode& key = node.children[i];
    const YamlNode& value = node.children[i + 1];
    if (value.kind != kind || !is_filled_block(value)) continue;
    const size_t start = first_entry(text, value);
    const auto column = static_cast<int>(start - line_start(text, start));
    const int least = kind == YamlNode::Kind::kMap ? 1 : 0;
    if (start > key.offset && column - key.column >= least) return column - key.column;
  }
  for (const YamlNode& child : node.children) {
    if (const auto found = indentation(text, child, kind)) return found;
  }
  return std::nullopt;
}

class Writer {
 public:
  explicit Writer(const BlockStyle& style) : style_(style) {}

  // `inlined`: the first line is begun already.
  void entries(const YamlNode& node, int column, bool inlined) {
    const size_t step = node.is_map() ? 2 : 1;
    for (size_t i = 0; i + step <= node.children.size(); i += step) {
      if (!inlined) lines.append(static_cast<size_t>(column), ' ');
      inlined = false;
      if (node.is_map()) {
        lines += scalar_text(node.children[i]) + ":";
        value(node.children[i + 1], column);
      } else {
        item(node.children[i], column);
      }
    }
  }

  std::string lines;

 private:
  void value(const YamlNode& node, int column) {
    if (!is_filled(node)) return leaf(node);
    lines += style_.line_end;
    entries(node, column + (node.is_map() ? style_.step : style_.dash), false);
  }

  void item(const YamlNode& node, int column) {
    lines += "-";
    if (!is_filled(node)) return leaf(node);
    lines += " ";
    entries(node, column + 2, true);
  }

  void leaf(const YamlNode& node) {
    if (node.is_scalar()) lines += " " + scalar_text(node);
    if (node.is_map()) lines += " {}";
    if (node.is_sequence()) lines += " []";
    lines += style_.line_end;
  }

  static bool is_filled(const YamlNode& node) { return !node.children.empty(); }

  const BlockStyle& style_;
};

}  // namespace

size_t line_start(std::string_view text, size_t offset) {
  const size_t end = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

size_t next_line(std::string_view text, size_t offset) {
  const size_t end = text.find('\n', offset);
  return end == std::string_view::npos ? text.size() : end + 1;
}

size_t first_entry(std::string_view text, const YamlNode& container) {
  if (container.is_map()) return container.children.front().offset;
  // A tag or an anchor may stand before the dash, a comment between them.
  size_t start = container.offset;
  while (start < text.size() && text[start] != '-') {
    start = std::min(text.find_first_not_of(' ', next_line(text, start)), text.size());
  }
  return start;
}

BlockStyle style_of(std::string_view text, const YamlNode& near, const YamlNode& root) {
  BlockStyle style;
  const auto found = [&](YamlNode::Kind kind) {
    const auto here = indentation(text, near, kind);
    return here ? here : indentation(text, root, kind);
  };
  style.step = found(YamlNode::Kind::kMap).value_or(style.step);
  style.dash = found(YamlNode::Kind::kSequence).value_or(style.step);
  const size_t line_end = text.find('\n');
  if (line_end != std::string_view::npos && line_end > 0 && text[line_end - 1] == '\r') {
    style.line_end = "\r\n";
  }
  return style;
}

std::string block_lines(const YamlNode& container, int column, const BlockStyle& style) {
  Writer writer(style);
  writer.entries(container, column, false);
  return std::move(writer.lines);
}

}  // namespace patchbay::cloudinit
