// The one way JSON is read here (nlohmann's get<T>() is no validator: it turns 1500.9 into 1500 and
// -1 into 4294967295). No public header includes it; besides plan/ only cli/'s import reads with
// it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/error.h"

namespace patchbay {

using Json = nlohmann::ordered_json;  // what is written back keeps its order

inline constexpr size_t kMaxJsonBytes = size_t{4} << 20;  // KubeVirt's hooks take no more
inline constexpr int kMaxJsonDepth = 32;
inline constexpr size_t kMaxJsonMembers = 10000;  // of one object, whose keys are searched in turn

// One JSON text, nothing after it, no comments, UTF-8, no key twice in an object. `what` names the
// text in messages: "CNI result". Throws Error{kMalformed}.
Json parse_json(std::string_view text, std::string_view what, size_t max_bytes = kMaxJsonBytes,
                int max_depth = kMaxJsonDepth);

// A value with its path. Every accessor throws Error{kInvalidInput} at `path` where the value has
// another type or is out of range. A null member counts as absent, as Go writes nil.
class JsonReader {
 public:
  JsonReader(const Json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  const Json& raw() const { return *value_; }

  bool is_object() const { return value_->is_object(); }
  std::optional<JsonReader> find(std::string_view key) const;  // this must be an object
  JsonReader at(std::string_view key) const;
  std::vector<JsonReader> elements() const;                         // of an array
  std::vector<std::pair<std::string, JsonReader>> members() const;  // of an object

  std::string string() const;
  bool boolean() const;
  uint64_t number(uint64_t min, uint64_t max) const;  // a whole number written as one
  uint32_t u32() const { return static_cast<uint32_t>(number(0, UINT32_MAX)); }

  // T::parse(string), its message with this path.
  template <typename T>
  T checked() const {
    const std::string text = string();
    try {
      return T::parse(text);
    } catch (const Error& error) {
      throw Error(error.errc(), error.message(), path_);
    }
  }
  template <typename T>
  std::optional<T> find_checked(std::string_view key) const {
    const auto found = find(key);
    return found ? std::optional(found->checked<T>()) : std::nullopt;
  }

  std::string string_or_empty(std::string_view key) const;
  bool true_at(std::string_view key) const;  // absent is false
  std::optional<uint32_t> find_u32(std::string_view key) const;

  // Refuses every member that is not in `known`, with a guess.
  void only(const std::vector<std::string_view>& known) const;

  [[noreturn]] void refuse(std::string_view expected) const;  // "expected …, found …"

 private:
  void must_be(bool right, std::string_view expected) const;

  const Json* value_;
  std::string path_;
};

}  // namespace patchbay
