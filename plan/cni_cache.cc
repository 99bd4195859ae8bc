#include "plan/cni_cache.h"

#include <algorithm>

#include "plan/base64_json.h"
#include "plan/cni_result_json.h"
#include "plan/nad_options_json.h"

namespace patchbay {
namespace {

constexpr size_t kMaxCacheBytes = size_t{2} << 20;
constexpr std::string_view kCacheKind = "cniCacheV1";

std::string ipam_of(const JsonReader& config) {
  for (const JsonReader& plugin : plugins_of(config)) {
    const auto ipam = plugin.find("ipam");
    if (const auto type = ipam && ipam->is_object() ? ipam->find("type") : std::nullopt) {
      return type->string();
    }
  }
  return {};
}

bool has_mac_spoof_check(const JsonReader& config) {
  const auto plugins = plugins_of(config);
  return std::any_of(plugins.begin(), plugins.end(),
                     [](const JsonReader& plugin) { return plugin.true_at("macspoofchk"); });
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
  entry.mac_spoof_check = has_mac_spoof_check(config_reader);
  entry.options = find_nad_options(config_reader);
  entry.result = read_cni_result(reader.at("result"));
  return entry;
}

}  // namespace patchbay
