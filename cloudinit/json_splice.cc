#include "cloudinit/json_splice.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cloudinit/yaml_tree.h"
#include "plan/error.h"

namespace patchbay::cloudinit {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& why) { throw Error(Errc::kUnsupported, why); }

Json read_json(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&keys](int, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
      refuse("has a key twice in one object");
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception&) {
    // Its message would quote the text, which may hold secrets.
    refuse("is not JSON");
  }
}

// White space from `offset` on.
std::string_view blank_at(std::string_view text, size_t offset) {
  return text.substr(offset, text.find_first_not_of(" \t\r\n", offset) - offset);
}

// How elements stand in an array: behind `before`; where that has a line end, each on a new `line`;
// and with `step` more before what is in them, or 0: on one line.
struct Layout {
  std::string before;
  std::string line;
  int step = 0;
};

Layout layout_of(std::string_view text, const YamlNode& array) {
  Layout layout{std::string(blank_at(text, array.offset + 1)), {}, 0};
  const size_t line_end = layout.before.rfind('\n');
  if (line_end == std::string::npos) return layout;
  const bool dos = line_end > 0 && layout.before[line_end - 1] == '\r';
  layout.line = layout.before.substr(line_end - (dos ? 1 : 0));
  const YamlNode& first = array.children.front();
  if (!first.is_map() || first.children.empty()) return layout;
  const YamlNode& key = first.children.front();
  if (key.line > first.line) layout.step = std::max(key.column - first.column, 0);
  return layout;
}

// Each line of nlohmann's behind `line`; all on one line where that is empty, with the space behind
// commas that people and json.dumps() write.
std::string laid_out(const std::string& element, const Layout& layout) {
  const char indent = layout.line.find('\t') == std::string::npos ? ' ' : '\t';
  std::string text;
  for (const char c : Json::parse(element).dump(layout.step, indent)) {
    if (c != '\n') {
      text += c;
    } else if (layout.step > 0) {
      text += layout.line;
    } else if (text.back() == ',') {
      text += ' ';
    }
  }
  return text;
}

std::string joined(const std::vector<std::string>& elements) {
  std::string text;
  for (const std::string& element : elements) {
    if (!text.empty()) text += ", ";
    text += laid_out(element, {});
  }
  return text;
}

Insertion into_array(std::string_view text, const YamlNode& array,
                     const std::vector<std::string>& elements) {
  const size_t behind_bracket = array.offset + 1;
  if (array.children.empty()) return {behind_bracket, joined(elements)};
  const Layout layout = layout_of(text, array);
  std::string lines;
  for (const std::string& element : elements) {
    lines += layout.line + laid_out(element, layout) + (layout.line.empty() ? ", " : ",");
  }
  return {behind_bracket + (layout.line.empty() ? layout.before.size() : 0), lines};
}

// A new array is the root's first member.
Insertion new_member(std::string_view text, const YamlNode& root, const JsonAddition& addition) {
  const std::string before(blank_at(text, root.offset + 1));
  const std::string member = "\"" + addition.key + "\": [" + joined(addition.elements) + "]";
  if (root.children.empty()) return {root.offset + 1, member};
  if (before.find('\n') == std::string::npos) {
    return {root.offset + 1 + before.size(), member + ", "};
  }
  return {root.offset + 1, before + member + ","};
}

Insertion insertion_for(std::string_view text, const YamlNode& root, const JsonAddition& addition) {
  const YamlNode* array = root.find(addition.key);
  if (!array) return new_member(text, root, addition);
  if (!array->is_sequence()) refuse("has no array at \"" + addition.key + "\"");
  return into_array(text, *array, addition.elements);
}

void check_result(const Spliced& result, Json expected,
                  const std::vector<JsonAddition>& additions) {
  for (const JsonAddition& addition : additions) {
    if (addition.elements.empty()) continue;
    Json elements = Json::array();
    for (const std::string& element : addition.elements) elements.push_back(Json::parse(element));
    const Json theirs = expected.value(addition.key, Json::array());
    elements.insert(elements.end(), theirs.begin(), theirs.end());
    expected[addition.key] = std::move(elements);
  }
  // Members compare in any order: a new one is ours, the others keep theirs.
  if (nlohmann::json(read_json(result.text)) != nlohmann::json(expected)) {
    refuse("would mean something else with the addition in it");
  }
}

}  // namespace

Spliced add_to_json(std::string_view text, const std::vector<JsonAddition>& additions) {
  try {
    const Json theirs = read_json(text);
    if (!theirs.is_object()) refuse("is not a JSON object");
    const YamlDocument document = YamlDocument::parse(text);  // for the places
    std::vector<Insertion> insertions;
    for (const JsonAddition& addition : additions) {
      if (addition.elements.empty()) continue;
      insertions.push_back(insertion_for(text, document.root(), addition));
    }
    std::stable_sort(insertions.begin(), insertions.end(),
                     [](const Insertion& a, const Insertion& b) { return a.offset < b.offset; });
    Spliced result = splice(text, std::move(insertions));
    check_result(result, theirs, additions);
    return result;
  } catch (const Error& error) {
    return left_whole(text, "it " + error.message());
  }
}

}  // namespace patchbay::cloudinit
