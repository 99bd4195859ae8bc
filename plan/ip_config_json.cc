#include "plan/ip_config_json.h"

#include "plan/host_address.h"

namespace patchbay {
namespace {

struct DnsKeys {
  std::string_view servers;
  std::string_view search;
  std::string_view options;
};
constexpr DnsKeys kCniDnsKeys{"nameservers", "search", "options"};
constexpr DnsKeys kDnsKeys{"servers", "search", "options"};

std::string read_domain(const JsonReader& reader) {
  std::string domain = reader.string();
  if (domain.ends_with('.')) domain.pop_back();
  if (!is_domain(domain)) reader.refuse("a domain name");
  return domain;
}

Dns read_dns_by(const JsonReader& reader, const DnsKeys& keys) {
  Dns dns;
  if (const auto servers = reader.find(keys.servers)) {
    for (const JsonReader& server : servers->elements()) {
      dns.servers.push_back(server.checked<IpAddress>());
    }
  }
  if (const auto search = reader.find(keys.search)) {
    for (const JsonReader& domain : search->elements()) dns.search.push_back(read_domain(domain));
  }
  if (const auto options = reader.find(keys.options)) {
    for (const JsonReader& option : options->elements()) dns.options.push_back(option.string());
  }
  return dns;
}

Json write_dns_by(const Dns& dns, const DnsKeys& keys) {
  Json json = Json::object();
  for (const IpAddress& server : dns.servers) {
    json[std::string(keys.servers)].push_back(server.to_string());
  }
  if (!dns.search.empty()) json[std::string(keys.search)] = dns.search;
  if (!dns.options.empty()) json[std::string(keys.options)] = dns.options;
  return json;
}

}  // namespace

Route read_route(const JsonReader& reader, const RouteKeys& keys) {
  Route route;
  route.to = reader.at(keys.to).checked<IpPrefix>();
  route.via = reader.find_checked<IpAddress>(keys.via);
  if (route.via && route.via->family() != route.to.family()) {
    reader.at(keys.via).refuse("an " + std::string(name(route.to.family())) +
                               " gateway as the destination is " + route.to.to_string());
  }
  route.metric = reader.find_u32(keys.metric);
  route.mtu = reader.find_u32("mtu");
  route.advmss = reader.find_u32("advmss");
  route.scope = reader.find_u32("scope");
  route.table = reader.find_u32("table");
  return route;
}

Json write_route(const Route& route, const RouteKeys& keys) {
  Json json = Json::object();
  json[std::string(keys.to)] = route.to.to_string();
  if (route.via) json[std::string(keys.via)] = route.via->to_string();
  if (route.metric) json[std::string(keys.metric)] = *route.metric;
  if (route.mtu) json["mtu"] = *route.mtu;
  if (route.advmss) json["advmss"] = *route.advmss;
  if (route.scope) json["scope"] = *route.scope;
  if (route.table) json["table"] = *route.table;
  return json;
}

std::vector<Route> read_routes(const JsonReader& array, const RouteKeys& keys) {
  std::vector<Route> routes;
  for (const JsonReader& element : array.elements()) routes.push_back(read_route(element, keys));
  return routes;
}

Json write_routes(const std::vector<Route>& routes, const RouteKeys& keys) {
  Json json = Json::array();
  for (const Route& route : routes) json.push_back(write_route(route, keys));
  return json;
}

Dns read_cni_dns(const JsonReader& reader) {
  Dns dns = read_dns_by(reader, kCniDnsKeys);
  if (const auto domain = reader.find("domain"); domain && !domain->string().empty()) {
    const std::string first = read_domain(*domain);
    std::erase(dns.search, first);
    dns.search.insert(dns.search.begin(), first);
  }
  return dns;
}

Json write_cni_dns(const Dns& dns) { return write_dns_by(dns, kCniDnsKeys); }
Dns read_dns(const JsonReader& reader) { return read_dns_by(reader, kDnsKeys); }
Json write_dns(const Dns& dns) { return write_dns_by(dns, kDnsKeys); }

std::vector<IpPrefix> read_prefixes(const JsonReader& array) {
  std::vector<IpPrefix> prefixes;
  for (const JsonReader& element : array.elements()) {
    prefixes.push_back(element.checked<IpPrefix>());
  }
  return prefixes;
}

Json write_prefixes(const std::vector<IpPrefix>& prefixes) {
  Json json = Json::array();
  for (const IpPrefix& prefix : prefixes) json.push_back(prefix.to_string());
  return json;
}

}  // namespace patchbay
