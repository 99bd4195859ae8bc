#include "plan/json_reader.h"

#include <algorithm>
#include <iterator>

#include "plan/text.h"

namespace patchbay {
namespace {

// Builds what nlohmann's parser reports, and refuses what it would let through: depth and duplicate
// keys. Its own builder asks a callback for each value and copies, which takes half as long again.
class Builder final : public Json::json_sax_t {
 public:
  Builder(std::string_view what, int max_depth)
      : what_(what), max_depth_(static_cast<size_t>(max_depth)) {}

  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(int64_t value) override { return add(value); }
  bool number_unsigned(uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Json::binary_t&) override { return false; }  // not in JSON's text
  bool start_object(size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(std::string& key) override {
    auto& object = open_.back()->get_ref<Json::object_t&>();
    if (object.size() == kMaxJsonMembers) {
      refuse("has an object of more than " + std::to_string(kMaxJsonMembers) + " members");
    }
    if (object.empty()) object.reserve(kUsualMembers);
    const auto [member, is_new] = object.emplace(key, Json());
    if (!is_new) refuse("has the key " + in_quotes(key) + " twice in one object");
    member_ = &member->second;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const Json::exception& error) override {
    if (dynamic_cast<const Json::out_of_range*>(&error) != nullptr) {
      refuse("is not JSON: a number no double can hold");
    }
    // The error's own text would quote what is around the mistake, and a VMI's text holds secrets.
    refuse("is not JSON: mistake at byte " + std::to_string(position));
  }

 private:
  static constexpr size_t kUsualMembers = 4;  // to grow copies all that the members hold

  [[noreturn]] void refuse(const std::string& problem) const {
    throw Error(Errc::kMalformed, problem, what_);
  }

  // The value's place does not move while it is open: its container gets no other meanwhile.
  Json& place(Json value) {
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_array()) return open_.back()->emplace_back(std::move(value));
    return *member_ = std::move(value);
  }

  bool add(Json value) {
    place(std::move(value));
    return true;
  }

  bool open(Json container) {
    if (open_.size() == max_depth_) {
      refuse("is nested deeper than " + std::to_string(max_depth_) + " levels");
    }
    open_.push_back(&place(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string what_;
  size_t max_depth_;
  Json root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;  // whose value comes next
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
  Builder builder(what, max_depth);
  Json::sax_parse(text, &builder);
  return builder.take();
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
