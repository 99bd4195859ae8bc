#include "cli/read_json.h"

#include <utility>

namespace patchbay::cli {
namespace {

// Snapshots nest: a chain of 32, what vSphere allows, takes two levels each.
constexpr int kMaxDepth = 128;

constexpr std::string_view kForkliftKey = "V2V_staticIPs";  // its members are VMs' names

// The end of the array or object that starts `text`, its size where it doesn't end.
size_t document_size(std::string_view text) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

// Of two keys that differ in the first letter's case only, the first is kept.
Json with_small_keys(Json&& value) {
  if (value.is_array()) {
    for (Json& element : value) element = with_small_keys(std::move(element));
    return std::move(value);
  }
  if (!value.is_object()) return std::move(value);
  Json out = Json::object();
  for (auto& [key, member] : value.items()) {
    std::string small = key;
    if (small.size() > 1 && small[1] >= 'a' && small[1] <= 'z') {
      if (small[0] >= 'A' && small[0] <= 'Z') small[0] = static_cast<char>(small[0] - 'A' + 'a');
    }
    if (out.contains(small)) continue;
    out[small] = key == kForkliftKey ? std::move(member) : with_small_keys(std::move(member));
  }
  return out;
}

}  // namespace

std::vector<Json> parse_documents(std::string_view text, const std::string& source) {
  std::vector<Json> documents;
  while (true) {
    const size_t start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return documents;
    text.remove_prefix(start);
    const bool structured = text.front() == '{' || text.front() == '[';
    const size_t size = structured ? document_size(text) : text.size();
    Json document = parse_json(text.substr(0, size), source, kMaxSourceBytes, kMaxDepth);
    documents.push_back(with_small_keys(std::move(document)));
    text.remove_prefix(size);
  }
}

std::vector<JsonReader> list(const JsonReader& reader, std::string_view key) {
  const auto found = reader.find(key);
  if (!found) return {};
  if (found->raw().size() > kMaxGuestEntries) {
    found->refuse("at most " + std::to_string(kMaxGuestEntries) + " elements");
  }
  return found->elements();
}

bool has_list(const JsonReader& reader, std::string_view key) {
  const auto found = reader.find(key);
  return found && found->raw().is_array();
}

int64_t integer(const JsonReader& reader) {
  const Json& value = reader.raw();
  if (!value.is_number_integer() ||
      (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX)) {
    reader.refuse("a whole number");
  }
  return value.get<int64_t>();
}

uint64_t count_at(const JsonReader& reader, std::string_view key) {
  const auto found = reader.find(key);
  if (!found) return 0;
  return count_of(found->raw().is_string() ? found->string() : found->raw().dump());
}

std::optional<JsonReader> deep(const JsonReader& reader,
                               std::initializer_list<std::string_view> keys) {
  std::optional<JsonReader> at = reader;
  for (const std::string_view key : keys) {
    at = at->find(key);
    if (!at) return std::nullopt;
  }
  return at;
}

std::string deep_string(const JsonReader& reader, std::initializer_list<std::string_view> keys) {
  const auto found = deep(reader, keys);
  return found ? found->string() : std::string();
}

}  // namespace patchbay::cli
