#include "cloudinit/yaml_json.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "cloudinit/yaml_tree.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 64;
constexpr size_t kMaxNodes = 200000;  // unfolded
constexpr std::string_view kTag = "tag:yaml.org,2002:";
constexpr std::string_view kMergeKey = "<<";

[[noreturn]] void refuse(const YamlNode& node, const std::string& why) {
  throw Error(Errc::kMalformed, why + " (line " + std::to_string(node.line + 1) + ")");
}

std::optional<bool> boolean(std::string_view text) {
  const std::string lower = lower_case(text);
  std::string capital = lower;
  if (!capital.empty() && capital[0] >= 'a' && capital[0] <= 'z') {
    capital[0] = static_cast<char>(capital[0] - 'a' + 'A');
  }
  const bool is_upper =
      std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (text != lower && text != capital && !is_upper) return std::nullopt;
  if (lower == "true" || lower == "yes" || lower == "on" || lower == "y") return true;
  if (lower == "false" || lower == "no" || lower == "off" || lower == "n") return false;
  return std::nullopt;
}

// Go's strconv.ParseInt with base 0: the base follows from the prefix.
int base_of(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  const char mark = ascii_lower(digits[1]);
  const int base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
  digits.remove_prefix(base == 0 ? 1 : 2);
  return base == 0 ? 8 : base;
}

template <typename Number, typename... Base>
std::optional<Number> whole(std::string_view text, Base... base) {
  Number number{};
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), number, base...);
  return failure == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

std::optional<Json> number(std::string plain) {
  std::erase(plain, '_');
  std::string_view digits = plain;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || !(is_ascii_alnum(digits[0]) || digits[0] == '.')) return std::nullopt;
  if (digits[0] > '9') return std::nullopt;
  std::string_view rest = digits;
  const int base = base_of(rest);
  if (const auto value = whole<uint64_t>(rest, base); value && !negative) return Json(*value);
  if (const auto value = whole<int64_t>((negative ? "-" : "") + std::string(rest), base)) {
    return Json(*value);
  }
  const bool is_decimal = digits.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
                          digits.find_first_of("0123456789") != std::string_view::npos;
  const auto value = is_decimal ? whole<double>(digits) : std::nullopt;
  if (!value) return std::nullopt;
  return Json(negative ? -*value : *value);
}

Json plain_scalar(const YamlNode& node) {
  if (const auto flag = boolean(node.text)) return *flag;
  if (auto value = number(node.text)) return *std::move(value);
  static constexpr std::string_view kNotInJson[] = {".inf", "+.inf", "-.inf", ".nan"};
  const std::string lower = lower_case(node.text);
  if (std::find(std::begin(kNotInJson), std::end(kNotInJson), lower) != std::end(kNotInJson)) {
    refuse(node, "has a number that JSON does not know");
  }
  return node.text;
}

Json scalar(const YamlNode& node) {
  if (!is_utf8(node.text)) refuse(node, "has an escape that is no character");
  if (node.tag == std::string(kTag) + "str" || (node.tag.empty() && node.quoted)) return node.text;
  if (node.tag.empty()) return plain_scalar(node);
  for (const char* kind : {"int", "float", "bool"}) {
    if (node.tag == std::string(kTag) + kind) return plain_scalar(node);
  }
  if (node.tag == std::string(kTag) + "null") return nullptr;
  refuse(node, "has the tag " + in_quotes(node.tag) + ", which no manifest has");
}

class Converter {
 public:
  explicit Converter(const YamlDocument& document) : document_(document) {}

  Json value(const YamlNode& written, int depth) {
    const YamlNode& node = *document_.resolve(&written);
    if (depth > kMaxDepth) {
      refuse(written, "is nested deeper than " + std::to_string(kMaxDepth) + " levels");
    }
    if (++nodes_ > kMaxNodes) {
      refuse(written, "holds more than " + std::to_string(kMaxNodes) + " values");
    }
    if (node.is_scalar()) return scalar(node);
    if (node.is_map()) return map(node, depth);
    if (!node.is_sequence()) return nullptr;
    Json items = Json::array();
    for (const YamlNode& child : node.children) items.push_back(value(child, depth + 1));
    return items;
  }

 private:
  Json map(const YamlNode& node, int depth) {
    Json members = Json::object();
    std::set<std::string> keys;
    for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const std::string key = key_of(node.children[i]);
      const bool merges = key == kMergeKey && !node.children[i].quoted;
      if (!keys.insert(key).second) {
        refuse(node.children[i], "has the key " + in_quotes(key) + " twice in one map");
      }
      if (!merges) members.push_back({key, value(node.children[i + 1], depth + 1)});
    }
    for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const YamlNode& key = *document_.resolve(&node.children[i]);
      if (key.is_scalar() && !key.quoted && key.text == kMergeKey) {
        merge(node.children[i + 1], keys, members, depth + 1);
      }
    }
    return members;
  }

  // One map or several, the first of which that has a key gives it.
  void merge(const YamlNode& written, std::set<std::string>& keys, Json& members, int depth) {
    const Json merged = value(written, depth);
    const Json maps = merged.is_array() ? merged : Json::array({merged});
    for (const Json& each : maps) {
      if (!each.is_object()) refuse(written, "merges something else than maps");
      for (const auto& [key, content] : each.items()) {
        if (keys.insert(key).second) members.push_back({key, content});
      }
    }
  }

  std::string key_of(const YamlNode& written) {
    const YamlNode& node = *document_.resolve(&written);
    const Json key = node.is_scalar() ? scalar(node) : Json();
    if (key.is_string()) return key.get<std::string>();
    if (key.is_boolean() || key.is_number()) return key.dump();
    refuse(written, "has a key that is no text");
  }

  const YamlDocument& document_;
  size_t nodes_ = 0;
};

// Nothing but blank lines, comments and "---".
bool is_empty(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    std::string_view line = text.substr(0, end);
    if (line.starts_with("---")) line.remove_prefix(3);
    const size_t start = line.find_first_not_of(" \t\r\n");
    if (start != std::string_view::npos && line[start] != '#') return false;
    text.remove_prefix(end);
  }
  return true;
}

// Cut where kubectl cuts them, at lines that begin with "---"; each text has as many lines before
// it as the whole, so that a mistake's line is right.
std::vector<std::string> split(std::string_view yaml) {
  std::vector<std::string> texts;
  std::string current;
  size_t lines = 0;
  bool begun = false;  // by "---"
  const auto finish = [&] {
    if (!is_empty(current)) texts.push_back(std::move(current));
    current = std::string(lines, '\n');
  };
  while (!yaml.empty()) {
    const std::string_view line = yaml.substr(0, yaml.find('\n') + 1);
    const std::string_view whole_line = line.empty() ? yaml : line;
    const bool separates = whole_line.starts_with("---") &&
                           (whole_line.size() == 3 ||
                            std::string_view(" \t\r\n").find(whole_line[3]) != std::string::npos);
    // "%YAML" belongs to the document that "---" begins.
    const size_t text_at = current.find_first_not_of("\r\n");
    const bool directives = !begun && text_at != std::string::npos && current[text_at] == '%';
    if (separates && !directives) finish();
    begun = begun || separates;
    current += whole_line;
    yaml.remove_prefix(whole_line.size());
    ++lines;
  }
  finish();
  return texts;
}

}  // namespace

std::vector<std::string> json_documents(std::string_view yaml) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (yaml.size() > kMaxManifestBytes) {
    throw Error(Errc::kMalformed, "is " + std::to_string(yaml.size()) +
                                      " bytes long, expected at most " +
                                      std::to_string(kMaxManifestBytes));
  }
  if (!is_utf8(yaml)) throw Error(Errc::kMalformed, "is not UTF-8");
  if (yaml.starts_with(kByteOrderMark)) yaml.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> documents;
  for (const std::string& text : split(yaml)) {
    const YamlDocument document = YamlDocument::parse(text);
    Json value = Converter(document).value(document.root(), 0);
    if (!value.is_null()) documents.push_back(value.dump());
  }
  return documents;
}

}  // namespace patchbay::cloudinit
