#include "plan/json_reader.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "plan/text.h"

namespace patchbay {
namespace {

// Refuses, while nlohmann parses, what it would let through: depth and duplicate keys.
class Guard {
 public:
  Guard(std::string_view what, int max_depth) : what_(what), max_depth_(max_depth) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (depth > max_depth_) {
      throw Error(Errc::kMalformed,
                  "is nested deeper than " + std::to_string(max_depth_) + " levels", what_);
    }
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (keys_.back().size() == kMaxJsonMembers) {
        throw Error(Errc::kMalformed,
                    "has an object of more than " + std::to_string(kMaxJsonMembers) + " members",
                    what_);
      }
      if (!keys_.back().insert(key).second) {
        throw Error(Errc::kMalformed, "has the key " + in_quotes(key) + " twice in one object",
                    what_);
      }
    }
    return true;
  }

 private:
  std::string what_;
  int max_depth_;
  std::vector<std::set<std::string>> keys_;
};

std::string child(const std::string& path, std::string_view key) {
  const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return is_ascii_alnum(c) || c == '_' || c == '-';
  });
  return plain ? path + "." + std::string(key) : path + "[" + in_quotes(key) + "]";
}

}  // namespace

Json parse_json(std::string_view text, std::string_view what, size_t max_bytes, int max_depth) {
  if (text.size() > max_bytes) {
    throw Error(Errc::kMalformed,
                "is " + std::to_string(text.size()) + " bytes long, expected at most " +
                    std::to_string(max_bytes),
                std::string(what));
  }
  try {
    return Json::parse(text, Guard(what, max_depth));
  } catch (const Json::parse_error& error) {
    // what() would quote the text around the mistake, and a VMI's text holds secrets.
    throw Error(Errc::kMalformed, "is not JSON: mistake at byte " + std::to_string(error.byte),
                std::string(what));
  } catch (const Json::out_of_range&) {
    throw Error(Errc::kMalformed, "is not JSON: a number no double can hold", std::string(what));
  }
}

void JsonReader::must_be(bool right, std::string_view expected) const {
  if (!right) refuse(expected);
}

void JsonReader::refuse(std::string_view expected) const {
  constexpr size_t kExcerpt = 80;
  std::string found = value_->is_structured() ? (value_->is_array() ? "an array" : "an object")
                                              : value_->dump(-1, ' ', true).substr(0, kExcerpt);
  throw Error(Errc::kInvalidInput, "expected " + std::string(expected) + ", found " + found, path_);
}

std::optional<JsonReader> JsonReader::find(std::string_view key) const {
  must_be(value_->is_object(), "an object");
  const auto member = value_->find(std::string(key));
  if (member == value_->end() || member->is_null()) return std::nullopt;
  return JsonReader(*member, child(path_, key));
}

JsonReader JsonReader::at(std::string_view key) const {
  const auto member = find(key);
  if (!member) {
    throw Error(Errc::kInvalidInput, "is missing, and must be there", child(path_, key));
  }
  return *member;
}

std::vector<JsonReader> JsonReader::elements() const {
  must_be(value_->is_array(), "an array");
  std::vector<JsonReader> readers;
  for (const Json& element : *value_) {
    readers.emplace_back(element, path_ + "[" + std::to_string(readers.size()) + "]");
  }
  return readers;
}

std::vector<std::pair<std::string, JsonReader>> JsonReader::members() const {
  must_be(value_->is_object(), "an object");
  std::vector<std::pair<std::string, JsonReader>> readers;
  for (const auto& [key, value] : value_->items()) {
    readers.emplace_back(key, JsonReader(value, child(path_, key)));
  }
  return readers;
}

std::string JsonReader::string() const {
  must_be(value_->is_string(), "a string");
  return value_->get_ref<const std::string&>();
}

bool JsonReader::boolean() const {
  must_be(value_->is_boolean(), "true or false");
  return value_->get<bool>();
}

uint64_t JsonReader::number(uint64_t min, uint64_t max) const {
  if (value_->is_number_unsigned()) {
    const auto value = value_->get<uint64_t>();
    if (value >= min && value <= max) return value;
  }
  refuse("a whole number from " + std::to_string(min) + " to " + std::to_string(max));
}

std::string JsonReader::string_or_empty(std::string_view key) const {
  const auto member = find(key);
  return member ? member->string() : std::string();
}

bool JsonReader::true_at(std::string_view key) const {
  const auto member = find(key);
  return member && member->boolean();
}

std::optional<uint32_t> JsonReader::find_u32(std::string_view key) const {
  const auto member = find(key);
  return member ? std::optional(member->u32()) : std::nullopt;
}

void JsonReader::only(const std::vector<std::string_view>& known) const {
  for (const auto& [key, reader] : members()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string list;
    for (const std::string_view name : known)
      list += (list.empty() ? "" : ", ") + std::string(name);
    throw Error(Errc::kInvalidInput,
                "the key " + in_quotes(key) + " is unknown" +
                    did_you_mean(key, known.data(), known.size()) + ", known here: " + list,
                path_);
  }
}

}  // namespace patchbay
