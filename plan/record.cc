#include "plan/record.h"

#include "plan/ip_config_json.h"
#include "plan/names.h"
#include "plan/wiring_json.h"

namespace patchbay {

std::string to_json(const Record& record) {
  Json json = Json::object();
  json["v"] = kRecordVersion;
  if (!record.mac.is_zero()) json["mac"] = record.mac.to_string();
  if (record.mtu != 0) json["mtu"] = record.mtu;
  if (!record.ips.empty()) json["ips"] = write_prefixes(record.ips);
  if (!record.routes.empty()) json["routes"] = write_routes(record.routes, kRecordRouteKeys);
  if (!record.dns.empty()) json["dns"] = write_cni_dns(record.dns);
  if (!record.ipam.empty()) json["ipam"] = record.ipam;
  json["backend"] = record.backend;
  if (!record.why.empty()) json["why"] = record.why;
  write_wiring(record.wiring, json);
  constexpr bool kAscii = true;
  return json.dump(-1, ' ', kAscii);
}

Record parse_record(std::string_view text) {
  const Json parsed = parse_json(text, "record", kMaxRecordLinks * kAliasBytes);
  const JsonReader reader(parsed, "record");
  const uint64_t version = reader.at("v").number(1, UINT32_MAX);
  if (version != kRecordVersion) {
    throw Error(Errc::kWrongVersion,
                "expected record version " + std::to_string(kRecordVersion) + ", found " +
                    std::to_string(version) +
                    ": patchbay-cni on this node and the sidecar's image are of different "
                    "versions, install the same",
                "record.v");
  }
  std::vector<std::string_view> known{"v",   "mac",  "mtu",     "ips", "routes",
                                      "dns", "ipam", "backend", "why"};
  known.insert(known.end(), kWiringKeys.begin(), kWiringKeys.end());
  reader.only(known);
  Record record;
  record.mac = reader.find_checked<Mac>("mac").value_or(Mac());
  if (const auto mtu = reader.find("mtu")) {
    record.mtu = static_cast<uint32_t>(mtu->number(kMinMtu, kMaxMtu));
  }
  if (const auto ips = reader.find("ips")) record.ips = read_prefixes(*ips);
  if (const auto routes = reader.find("routes")) {
    record.routes = read_routes(*routes, kRecordRouteKeys);
  }
  if (const auto dns = reader.find("dns")) record.dns = read_cni_dns(*dns);
  record.ipam = reader.string_or_empty("ipam");
  record.backend = reader.at("backend").string();
  record.why = reader.string_or_empty("why");
  record.wiring = read_wiring(reader);
  return record;
}

std::vector<std::string> split_aliases(std::string_view json) {
  if (json.size() > kMaxRecordLinks * kAliasBytes) {
    throw Error(Errc::kUnsupported, "the record needs " + std::to_string(json.size()) +
                                        " bytes, the aliases of " +
                                        std::to_string(kMaxRecordLinks) + " links hold " +
                                        std::to_string(kMaxRecordLinks * kAliasBytes) +
                                        ": give the network fewer routes");
  }
  std::vector<std::string> aliases;
  do {
    aliases.emplace_back(json.substr(0, kAliasBytes));
    json.remove_prefix(aliases.back().size());
  } while (!json.empty());
  return aliases;
}

}  // namespace patchbay
