#include "plan/log.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "plan/json_reader.h"
#include "plan/json_text.h"

namespace patchbay {
namespace {

std::string timestamp() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ", static_cast<int>(ms % 1000));
  return text.data();
}

std::string line(const Json& json) {
  return escaped_json(json.dump(-1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

Json head(std::string_view level, std::string_view message) {
  Json json = Json::object();
  json["ts"] = timestamp();
  json["level"] = level;
  json["msg"] = message;
  return json;
}

void add(Json& json, LogFields fields) {
  for (const auto& [key, value] : fields) json[std::string(key)] = value;
}

}  // namespace

std::string log_line(std::string_view level, std::string_view message, LogFields fields) {
  Json json = head(level, message);
  add(json, fields);
  return line(json);
}

std::string log_line(const Diagnostic& diagnostic, LogFields fields) {
  Json json = head(diagnostic.severity == Severity::kNote ? "info" : name(diagnostic.severity),
                   diagnostic.message);
  if (!diagnostic.network.empty()) json["network"] = diagnostic.network;
  if (!diagnostic.where.empty()) json["where"] = diagnostic.where;
  if (!diagnostic.hint.empty()) json["hint"] = diagnostic.hint;
  add(json, fields);
  return line(json);
}

}  // namespace patchbay
