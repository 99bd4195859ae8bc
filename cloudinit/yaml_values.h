// How the keys of both versions of network-config are written: absent ones not at all, strings
// quoted. PyYAML takes a bare MAC of small digits for a base-60 number, an address with a colon for
// a map. Private to cloudinit/.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "plan/net_types.h"

namespace patchbay::cloudinit {

inline std::string text_of(const std::string& text) { return text; }
template <typename T>
std::string text_of(const T& value) {
  return value.to_string();
}

template <typename T>
void put_value(YAML::Emitter& out, const T& value) {
  out << YAML::DoubleQuoted << text_of(value);
}

template <typename T>
void put(YAML::Emitter& out, const char* key, const T& value) {
  out << YAML::Key << key << YAML::Value;
  put_value(out, value);
}

inline void put(YAML::Emitter& out, const char* key, const char* text) {
  put(out, key, std::string(text));
}

inline void put(YAML::Emitter& out, const char* key, bool flag) {
  out << YAML::Key << key << YAML::Value << flag;
}

inline void put(YAML::Emitter& out, const char* key, uint32_t number) {
  out << YAML::Key << key << YAML::Value << number;
}

template <typename T>
void put(YAML::Emitter& out, const char* key, const std::optional<T>& value) {
  if (value) put(out, key, *value);
}

template <typename T>
void put(YAML::Emitter& out, const char* key, const std::vector<T>& values) {
  if (values.empty()) return;
  out << YAML::Key << key << YAML::Value << YAML::BeginSeq;
  for (const T& value : values) put_value(out, value);
  out << YAML::EndSeq;
}

}  // namespace patchbay::cloudinit
