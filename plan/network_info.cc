#include "plan/network_info.h"

#include "plan/json_reader.h"
#include "plan/text.h"

namespace patchbay {

NetworkInfo parse_network_info(std::string_view json) {
  NetworkInfo info;
  if (is_blank(json)) return info;
  const Json parsed = parse_json(json, "network-info");
  const auto interfaces = JsonReader(parsed, "network-info").find("interfaces");
  if (!interfaces) return info;
  for (const JsonReader& reader : interfaces->elements()) {
    NetworkInfo::Interface interface;
    interface.network = reader.at("network").string();
    if (const auto device = reader.find("deviceInfo")) {
      interface.device_type = device->string_or_empty("type");
    }
    if (const auto mac = reader.find("mac"); mac && !mac->string().empty()) {
      interface.mac = mac->checked<Mac>();
    }
    if (const auto mtu = reader.find("mtu"); mtu && mtu->u32() != 0) {
      interface.mtu = static_cast<uint32_t>(mtu->number(kMinMtu, kMaxMtu));
    }
    info.interfaces.push_back(std::move(interface));
  }
  return info;
}

}  // namespace patchbay
