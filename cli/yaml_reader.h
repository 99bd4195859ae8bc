// The strict way of reading YAML that a person wrote for us. Mistakes are collected with their path
// and line: an accessor that finds something else than it expects says so and gives nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloudinit/yaml_tree.h"
#include "plan/diagnostic.h"
#include "plan/error.h"

namespace patchbay::cli {

// A value with its path. The document and the diagnostics have to outlive it.
class YamlReader {
 public:
  YamlReader(const cloudinit::YamlDocument& yaml, Diagnostics& diagnostics)
      : YamlReader(yaml, yaml.root(), "", diagnostics) {}

  const std::string& path() const { return path_; }

  bool is_word(std::string_view word) const;  // the scalar `word`
  bool is_map() const { return node_->is_map(); }

  // Of a map. A member that is null, as where nothing stands behind its colon, counts as absent.
  std::optional<YamlReader> find(std::string_view key) const;
  std::vector<std::pair<std::string, YamlReader>> members() const;

  // Says what members are not in `known`, with a guess, and which are there twice; false where this
  // is no map.
  bool only(const std::vector<std::string_view>& known) const;

  std::vector<YamlReader> elements() const;  // of a sequence

  std::optional<std::string> text() const;
  std::optional<bool> boolean() const;
  std::optional<uint16_t> number(uint16_t min, uint16_t max) const;

  // T::parse(text).
  template <typename T>
  std::optional<T> checked() const {
    const auto written = text();
    if (!written) return std::nullopt;
    try {
      return T::parse(*written);
    } catch (const Error& error) {
      say(error.message());
      return std::nullopt;
    }
  }

  void refuse(std::string_view expected) const;  // "expected …, found …"
  void say(std::string message, std::string hint = "") const;

 private:
  YamlReader(const cloudinit::YamlDocument& yaml, const cloudinit::YamlNode& node, std::string path,
             Diagnostics& diagnostics)
      : yaml_(&yaml), node_(yaml.resolve(&node)), path_(std::move(path)), said_(&diagnostics) {}

  YamlReader inner(const cloudinit::YamlNode& node, std::string path) const {
    return {*yaml_, node, std::move(path), *said_};
  }

  const cloudinit::YamlDocument* yaml_;
  const cloudinit::YamlNode* node_;
  std::string path_;
  Diagnostics* said_;
};

}  // namespace patchbay::cli
