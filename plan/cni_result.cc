#include "plan/cni_result.h"

#include <algorithm>
#include <array>

#include "plan/cni_result_json.h"
#include "plan/ip_config_json.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr size_t kMaxResultBytes = size_t{1} << 20;

CniInterface read_interface(const JsonReader& reader) {
  CniInterface interface;
  interface.name = reader.at("name").string();
  // Plugins write "" where they know none, and macvtap-like ones a MAC that is none.
  if (const auto mac = reader.find("mac"); mac && !mac->string().empty()) {
    interface.mac = mac->checked<Mac>();
  }
  if (const auto mtu = reader.find("mtu"); mtu && mtu->u32() != 0) {
    interface.mtu = static_cast<uint32_t>(mtu->number(kMinMtu, kMaxMtu));
  }
  interface.sandbox = reader.string_or_empty("sandbox");
  interface.pci_id = reader.string_or_empty("pciID");
  return interface;
}

CniIp read_ip(const JsonReader& reader, size_t interfaces) {
  CniIp ip;
  ip.address = reader.at("address").checked<IpPrefix>();
  ip.gateway = reader.find_checked<IpAddress>("gateway");
  if (ip.gateway && ip.gateway->family() != ip.address.family()) {
    reader.at("gateway").refuse("a gateway of the same family as the address");
  }
  if (const auto index = reader.find("interface")) {
    if (interfaces == 0) index->refuse("no index, since `interfaces` is empty");
    ip.interface = static_cast<size_t>(index->number(0, interfaces - 1));
  }
  return ip;
}

}  // namespace

CniResult read_cni_result(const JsonReader& reader) {
  CniResult result;
  result.cni_version = reader.at("cniVersion").string();
  if (!is_supported_cni_version(result.cni_version)) {
    throw Error(Errc::kWrongVersion,
                "expected a CNI result of version " +
                    join({kCniVersions.begin(), kCniVersions.end()}) + ", found " +
                    in_quotes(result.cni_version),
                reader.path() + ".cniVersion");
  }
  if (const auto interfaces = reader.find("interfaces")) {
    for (const JsonReader& each : interfaces->elements()) {
      result.interfaces.push_back(read_interface(each));
    }
  }
  if (const auto ips = reader.find("ips")) {
    for (const JsonReader& each : ips->elements()) {
      result.ips.push_back(read_ip(each, result.interfaces.size()));
    }
  }
  if (const auto routes = reader.find("routes"))
    result.routes = read_routes(*routes, kCniRouteKeys);
  if (const auto dns = reader.find("dns")) result.dns = read_cni_dns(*dns);
  return result;
}

bool is_supported_cni_version(std::string_view version) {
  return std::find(kCniVersions.begin(), kCniVersions.end(), version) != kCniVersions.end();
}

CniResult parse_cni_result(std::string_view json) {
  const Json parsed = parse_json(json, "CNI result", kMaxResultBytes);
  return read_cni_result(JsonReader(parsed, "CNI result"));
}

std::vector<CniIp> ips_of(const CniResult& result, std::string_view name) {
  const auto in_container = [](const CniInterface& i) { return !i.sandbox.empty(); };
  const auto containers =
      std::count_if(result.interfaces.begin(), result.interfaces.end(), in_container);
  std::vector<CniIp> ips;
  for (const CniIp& ip : result.ips) {
    const bool indexed = ip.interface.has_value();
    if (indexed ? result.interfaces[*ip.interface].name == name &&
                      in_container(result.interfaces[*ip.interface])
                : containers <= 1) {
      ips.push_back(ip);
    }
  }
  return ips;
}

std::vector<Route> routes_of(const CniResult& result, std::string_view name) {
  const std::vector<CniIp> ips = ips_of(result, name);
  std::vector<Route> routes = result.routes;
  for (Route& route : routes) {
    if (route.via) continue;
    const auto with_gateway = std::find_if(ips.begin(), ips.end(), [&route](const CniIp& ip) {
      return ip.gateway && ip.address.family() == route.to.family();
    });
    // An on-link route has scope link (253, RT_SCOPE_LINK) in CNI 1.1.0.
    constexpr uint32_t kScopeLink = 253;
    if (with_gateway != ips.end() && route.scope.value_or(0) != kScopeLink) {
      route.via = with_gateway->gateway;
    }
  }
  return routes;
}

}  // namespace patchbay
