#include "plan/cni_call.h"

#include "plan/cni_result.h"
#include "plan/json_reader.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr size_t kMaxConfigBytes = size_t{1} << 20;
constexpr std::string_view kWhat = "network configuration";

std::string supported_version(const JsonReader& reader) {
  const std::string version = reader.string_or_empty("cniVersion");
  if (is_supported_cni_version(version)) return version;
  throw Error(Errc::kWrongVersion,
              "expected one of " + join({kCniVersions.begin(), kCniVersions.end()}) + ", found " +
                  (version.empty() ? "none" : in_quotes(version)),
              reader.path() + ".cniVersion");
}

CniOptions read_options(const JsonReader& reader) {
  reader.only({"mode", "cacheDirs"});
  CniOptions options;
  if (const auto mode = reader.find("mode")) options.defaults.mode = mode->string();
  const auto directories = reader.find("cacheDirs");
  if (!directories) return options;
  for (const JsonReader& each : directories->elements()) {
    options.cache_dirs.push_back(each.string());
    if (!options.cache_dirs.back().starts_with('/')) each.refuse("an absolute path");
  }
  return options;
}

// A runtime that passes no args writes neither object.
std::string network_of(const JsonReader& reader) {
  const auto args = reader.find("args");
  const auto cni = args ? args->find("cni") : std::nullopt;
  return cni ? cni->string_or_empty("logicNetworkName") : std::string();
}

}  // namespace

CniConfig parse_cni_config(std::string_view json) {
  const Json parsed = parse_json(json, kWhat, kMaxConfigBytes);
  const JsonReader reader(parsed, std::string(kWhat));
  CniConfig config;
  config.cni_version = supported_version(reader);
  config.network = network_of(reader);
  config.has_prev_result = reader.find("prevResult").has_value();
  return config;
}

CniOptions parse_cni_options(std::string_view json) {
  const Json parsed = parse_json(json, kWhat, kMaxConfigBytes);
  const auto options = JsonReader(parsed, std::string(kWhat)).find("patchbay");
  return options ? read_options(*options) : CniOptions();
}

std::string cni_version_of(std::string_view json) {
  try {
    const Json parsed = parse_json(json, kWhat, kMaxConfigBytes);
    return supported_version(JsonReader(parsed, std::string(kWhat)));
  } catch (const Error&) {
    return std::string(kCniVersions.back());
  }
}

std::string cni_empty_result(std::string_view cni_version) {
  Json json = Json::object();
  json["cniVersion"] = cni_version;
  json["dns"] = Json::object();
  return json.dump() + "\n";
}

std::string cni_error(std::string_view cni_version, const Error& error) {
  Json json = Json::object();
  json["cniVersion"] = cni_version;
  json["code"] = info(error.errc()).cni_code;
  json["msg"] = error.message();
  if (!error.where().empty()) json["details"] = error.where();
  // A message may quote a file's bytes.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string cni_versions(std::string_view cni_version) {
  Json json = Json::object();
  json["cniVersion"] = cni_version;
  json["supportedVersions"] = kCniVersions;
  return json.dump() + "\n";
}

}  // namespace patchbay
