#include "plan/annotation_text.h"

#include "plan/ip_config_json.h"

namespace patchbay {
namespace {

bool is_gateway(const Route& route, Family family) {
  return route.to.is_default() && route.to.family() == family && route.via && !route.metric;
}

// A gateway is read as the first route of its family, IPv4 before IPv6; any other stays a route.
void write_routes(const std::vector<Route>& routes, Json& json) {
  auto route = routes.begin();
  if (route != routes.end() && is_gateway(*route, Family::kIpv4)) {
    json["gateway4"] = route++->via->to_string();
  }
  if (route != routes.end() && is_gateway(*route, Family::kIpv6)) {
    json["gateway6"] = route++->via->to_string();
  }
  for (; route != routes.end(); ++route) {
    json["routes"].push_back(
        write_route({.to = route->to, .via = route->via, .metric = route->metric}, kRouteKeys));
  }
}

// "static" is implied by an address.
Json write_wishes(const NetworkWishes& wishes) {
  Json json = Json::object();
  if (wishes.ipv4 && wishes.ipv4 != Ipv4Method::kStatic) json["ipv4"] = name(*wishes.ipv4);
  if (wishes.ipv6 && wishes.ipv6 != Ipv6Method::kStatic) json["ipv6"] = name(*wishes.ipv6);
  if (!wishes.addresses.empty()) json["addresses"] = write_prefixes(wishes.addresses);
  write_routes(wishes.routes, json);
  if (wishes.dns) {
    json["dns"] = write_dns({.servers = wishes.dns->servers, .search = wishes.dns->search});
  }
  if (wishes.mtu) json["mtu"] = *wishes.mtu;
  if (!wishes.guest_name.empty()) json["guestName"] = wishes.guest_name;
  if (wishes.default_route) json["defaultRoute"] = *wishes.default_route;
  if (wishes.source_routing) json["sourceRouting"] = true;
  return json;
}

}  // namespace

std::string networks_annotation(const std::map<std::string, NetworkWishes>& wishes) {
  std::string text;
  for (const auto& [network, wish] : wishes) {
    text += (text.empty() ? "{" : ",\n ") + Json(network).dump() + ": " + write_wishes(wish).dump();
  }
  return text.empty() ? "" : text + "}\n";
}

}  // namespace patchbay
