#include "plan/log.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "plan/json_reader.h"
#include "plan/json_text.h"

namespace patchbay {
namespace {

// Not by gmtime_r() or strftime(), which read the time zone's file, for UTC too.
std::string timestamp() {
  using namespace std::chrono;
  const auto now = floor<milliseconds>(system_clock::now());
  const auto today = floor<days>(now);
  const year_month_day date(today);
  const hh_mm_ss time(now - today);
  const auto count = [](auto duration) { return static_cast<int>(duration.count()); };
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), count(time.hours()), count(time.minutes()),
                count(time.seconds()), count(time.subseconds()));
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
