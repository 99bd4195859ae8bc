#include "plan/cni_cache.h"

#include <nettle/base64.h>

#include "plan/cni_result_json.h"

namespace patchbay {
namespace {

constexpr size_t kMaxCacheBytes = size_t{2} << 20;
constexpr std::string_view kCacheKind = "cniCacheV1";
constexpr std::string_view kOptionsKey = "patchbay";

std::string decode_base64(const JsonReader& reader) {
  const std::string text = reader.string();
  base64_decode_ctx context;
  base64_decode_init(&context);
  std::string out(BASE64_DECODE_LENGTH(text.size()), '\0');
  size_t length = out.size();
  if (base64_decode_update(&context, &length, reinterpret_cast<uint8_t*>(out.data()), text.size(),
                           text.data()) != 1 ||
      base64_decode_final(&context) != 1) {
    throw Error(Errc::kMalformed, "is not base64", reader.path());
  }
  out.resize(length);
  return out;
}

// The plugins of a configuration list, or the one that is not in a list.
std::vector<JsonReader> plugins_of(const JsonReader& config) {
  const auto plugins = config.find("plugins");
  return plugins ? plugins->elements() : std::vector{config};
}

std::string ipam_of(const JsonReader& config) {
  for (const JsonReader& plugin : plugins_of(config)) {
    const auto ipam = plugin.find("ipam");
    if (const auto type = ipam && ipam->is_object() ? ipam->find("type") : std::nullopt) {
      return type->string();
    }
  }
  return {};
}

NadOptions read_options(const JsonReader& reader) {
  reader.only({"mode"});
  NadOptions options;
  if (const auto mode = reader.find("mode")) options.mode = mode->string();
  return options;
}

NadOptions options_of(const JsonReader& config) {
  if (const auto options = config.find(kOptionsKey)) return read_options(*options);
  for (const JsonReader& plugin : plugins_of(config)) {
    if (const auto options = plugin.find(kOptionsKey)) return read_options(*options);
  }
  return {};
}

}  // namespace

CniCacheEntry parse_cni_cache_entry(std::string_view json) {
  const Json parsed = parse_json(json, "CNI cache", kMaxCacheBytes);
  const JsonReader reader(parsed, "CNI cache");
  if (reader.at("kind").string() != kCacheKind) reader.at("kind").refuse("\"cniCacheV1\"");
  CniCacheEntry entry;
  entry.container_id = reader.at("containerId").string();
  entry.if_name = reader.at("ifName").string();
  entry.network_name = reader.at("networkName").string();
  entry.netns = reader.string_or_empty("netns");
  const Json config = parse_json(decode_base64(reader.at("config")), "network configuration");
  const JsonReader config_reader(config, "network configuration");
  entry.ipam = ipam_of(config_reader);
  entry.options = options_of(config_reader);
  entry.result = read_cni_result(reader.at("result"));
  return entry;
}

NadOptions parse_nad_options(std::string_view config_json) {
  const Json config = parse_json(config_json, "network configuration");
  return options_of(JsonReader(config, "network configuration"));
}

}  // namespace patchbay
