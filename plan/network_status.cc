#include "plan/network_status.h"

#include <algorithm>

#include "plan/error.h"
#include "plan/ip_config_json.h"
#include "plan/text.h"

namespace patchbay {
namespace {

// How Go's net.IP prints one that is nil: the gateway of a default route without one.
constexpr std::string_view kNoIp = "<nil>";

std::vector<IpAddress> read_ips(const JsonReader& reader, std::string_view key) {
  std::vector<IpAddress> ips;
  const auto array = reader.find(key);
  if (!array) return ips;
  for (const JsonReader& each : array->elements()) {
    const std::string text = each.string();
    if (!text.empty() && text != kNoIp) ips.push_back(each.checked<IpAddress>());
  }
  return ips;
}

void read_details(const JsonReader& reader, NetworkStatus::Interface& interface) {
  interface.ips = read_ips(reader, "ips");
  interface.gateways = read_ips(reader, "gateway");
  // Go writes what it does not know as an empty text or a nought.
  if (const auto mac = reader.find("mac"); mac && !mac->string().empty()) {
    interface.mac = mac->checked<Mac>();
  }
  if (const auto mtu = reader.find("mtu"); mtu && mtu->u32() != 0) {
    interface.mtu = static_cast<uint32_t>(mtu->number(kMinMtu, kMaxMtu));
  }
  if (const auto dns = reader.find("dns")) interface.dns = read_cni_dns(*dns);
}

NetworkStatus::Interface read_interface(const JsonReader& reader) {
  const NetworkStatus::Interface named{.name = reader.at("name").string(),
                                       .interface = reader.string_or_empty("interface")};
  NetworkStatus::Interface interface = named;
  try {
    read_details(reader, interface);
  } catch (const Error& error) {
    interface = named;
    interface.mistake = error.what();
  }
  return interface;
}

}  // namespace

NetworkStatus parse_network_status(std::string_view json) {
  NetworkStatus status;
  if (is_blank(json)) return status;
  const Json parsed = parse_json(json, "network-status");
  for (const JsonReader& reader : JsonReader(parsed, "network-status").elements()) {
    status.interfaces.push_back(read_interface(reader));
  }
  return status;
}

const NetworkStatus::Interface* find_status(const NetworkStatus& status, std::string_view link) {
  const auto found = std::find_if(status.interfaces.begin(), status.interfaces.end(),
                                  [link](const auto& each) { return each.interface == link; });
  return found == status.interfaces.end() ? nullptr : &*found;
}

}  // namespace patchbay
