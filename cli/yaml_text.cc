#include "cli/yaml_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "plan/json_reader.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

// What all of YAML 1.1 and 1.2 take for a text wherever it stands: a word of letters, digits and
// some signs, which is no number, null, bool or date (YAML 1.1, "y" and "on" among them).
bool is_plain(std::string_view text) {
  static constexpr std::string_view kWords[] = {"y",  "n",   "yes",  "no",   "true",
                                                "on", "off", "null", "false"};
  const auto fits = [](char c) {
    return is_ascii_alnum(c) || c == '-' || c == '_' || c == '/' || c == '.';
  };
  const std::string lower = lower_case(text);
  return !text.empty() && lower[0] >= 'a' && lower[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), fits) &&
         std::find(std::begin(kWords), std::end(kWords), lower) == std::end(kWords);
}

// A literal block says every byte but for these: spaces where its indentation is found, several
// line ends or none at its end, characters that have to be escaped.
bool fits_a_block(std::string_view text) {
  if (text.size() < 2 || text.front() == ' ' || text.front() == '\n') return false;
  if (text.back() != '\n' || text[text.size() - 2] == '\n' || text[text.size() - 2] == ' ') {
    return false;
  }
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return printable(line) == line;
}

class Writer {
 public:
  void value(const Json& value, size_t depth) {
    if (value.is_object() && !value.empty()) return members(value, depth);
    if (value.is_array() && !value.empty()) return items(value, depth);
    leaf(value, depth);
  }

  std::string text;

 private:
  static std::string indent(size_t depth) { return std::string(2 * depth, ' '); }

  void members(const Json& object, size_t depth) {
    bool first = true;
    for (const auto& [key, value] : object.items()) {
      if (!std::exchange(first, false)) text += indent(depth);
      text += scalar(key) + ":";
      below(value, depth);
    }
  }

  void below(const Json& inner, size_t depth) {
    if (inner.is_structured() && !inner.empty()) {
      const size_t column = inner.is_object() ? depth + 1 : depth;
      text += "\n" + indent(column);
      value(inner, column);
    } else {
      text += " ";
      leaf(inner, depth + 1);
    }
  }

  void items(const Json& array, size_t depth) {
    bool first = true;
    for (const Json& item : array) {
      if (!std::exchange(first, false)) text += indent(depth);
      text += "- ";
      value(item, depth + 1);
    }
  }

  void leaf(const Json& value, size_t depth) {
    if (!value.is_string()) {
      text += value.dump() + "\n";
      return;
    }
    const auto& content = value.get_ref<const std::string&>();
    text += fits_a_block(content) ? block(content, depth) : scalar(content) + "\n";
  }

  static std::string scalar(std::string_view content) {
    return is_plain(content) ? std::string(content) : quoted(content);
  }

  // YAML 1.2, 7.3.1; whatever printable() would not leave as it is is escaped.
  static std::string quoted(std::string_view content) {
    std::string out = "\"";
    while (!content.empty()) {
      const Utf8Char next = decode_utf8(content);
      const std::string_view bytes = content.substr(0, next.size);
      if (bytes == "\"" || bytes == "\\") out += '\\';
      if (printable(bytes) == bytes) {
        out += bytes;
      } else {
        std::array<char, 11> escape{};
        std::snprintf(escape.data(), escape.size(),
                      next.code_point < 0x10000 ? "\\u%04x" : "\\U%08x", next.code_point);
        out += escape.data();
      }
      content.remove_prefix(next.size);
    }
    return out + "\"";
  }

  static std::string block(std::string_view content, size_t depth) {
    std::string lines = "|\n";
    while (!content.empty()) {
      const size_t end = content.find('\n') + 1;
      if (end > 1) lines += indent(std::max<size_t>(depth, 1));
      lines += content.substr(0, end);
      content.remove_prefix(end);
    }
    return lines;
  }
};

}  // namespace

std::string yaml_text(std::string_view json) {
  Writer writer;
  try {
    writer.value(Json::parse(json), 0);
  } catch (const Json::parse_error& error) {
    throw Error(Errc::kMalformed, "is not JSON: mistake at byte " + std::to_string(error.byte),
                "output");
  }
  return std::move(writer.text);
}

}  // namespace patchbay::cli
