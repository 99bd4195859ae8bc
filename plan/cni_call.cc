#include "plan/cni_call.h"

#include <algorithm>

#include "plan/cni_result_json.h"
#include "plan/nad_options_json.h"
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
  CniOptions options{.defaults = read_nad_options(reader, {"cacheDirs"})};
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

std::string device_id_of(const JsonReader& reader) {
  std::string id = reader.string_or_empty("deviceID");
  const auto runtime = reader.find("runtimeConfig");
  return id.empty() && runtime ? runtime->string_or_empty("deviceID") : id;
}

}  // namespace

CniConfig parse_cni_config(std::string_view json) {
  const Json parsed = parse_json(json, kWhat, kMaxConfigBytes);
  const JsonReader reader(parsed, std::string(kWhat));
  CniConfig config;
  config.cni_version = supported_version(reader);
  config.name = reader.string_or_empty("name");
  config.network = network_of(reader);
  config.device_id = device_id_of(reader);
  config.has_prev_result = reader.find("prevResult").has_value();
  return config;
}

CniOptions parse_cni_options(std::string_view json) {
  const Json parsed = parse_json(json, kWhat, kMaxConfigBytes);
  const auto options = JsonReader(parsed, std::string(kWhat)).find(kNadOptionsKey);
  return options ? read_options(*options) : CniOptions();
}

CniResult parse_prev_result(std::string_view json) {
  const Json parsed = parse_json(json, kWhat, kMaxConfigBytes);
  return read_cni_result(JsonReader(parsed, std::string(kWhat)).at("prevResult"));
}

std::string cni_prev_result(std::string_view json) {
  const Json parsed = parse_json(json, kWhat, kMaxConfigBytes);
  return JsonReader(parsed, std::string(kWhat)).at("prevResult").raw().dump() + "\n";
}

std::vector<std::string> parse_valid_attachments(std::string_view json) {
  constexpr std::string_view kKey = "cni.dev/valid-attachments";
  const Json parsed = parse_json(json, kWhat, kMaxConfigBytes);
  const JsonReader reader(parsed, std::string(kWhat));
  const auto list = reader.find(kKey);
  if (!list && !parsed.contains(std::string(kKey))) {
    throw Error(Errc::kInvalidInput,
                "the list " + in_quotes(kKey) +
                    " is missing, without which GC would take every "
                    "attachment for a stale one: the runtime must say which are valid",
                reader.path());
  }
  std::vector<std::string> marks;
  if (!list) return marks;
  for (const JsonReader& each : list->elements()) {
    marks.push_back(attachment_mark(each.at("containerID").string(), each.at("ifname").string()));
  }
  return marks;
}

std::optional<Mac> cni_args_mac(std::string_view args) {
  constexpr std::string_view kKey = "MAC=";
  while (!args.empty()) {
    const std::string_view pair = args.substr(0, args.find(';'));
    args.remove_prefix(std::min(args.size(), pair.size() + 1));
    if (!pair.starts_with(kKey)) continue;
    try {
      return Mac::parse(pair.substr(kKey.size()));
    } catch (const Error& error) {
      throw Error(error.errc(), error.message(), "CNI_ARGS.MAC");
    }
  }
  return std::nullopt;
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
