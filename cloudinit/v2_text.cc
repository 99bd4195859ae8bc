#include "cloudinit/v2_text.h"

#include <yaml-cpp/yaml.h>

#include <utility>

namespace patchbay::cloudinit {
namespace {

// PyYAML takes a bare MAC of small digits for a base-60 number, an address with a colon for a map.
void value(YAML::Emitter& out, const std::string& text) { out << YAML::DoubleQuoted << text; }

void entry(YAML::Emitter& out, const char* key, const std::string& text) {
  if (text.empty()) return;
  out << YAML::Key << key << YAML::Value;
  value(out, text);
}

void entry(YAML::Emitter& out, const char* key, const std::optional<bool>& flag) {
  if (flag) out << YAML::Key << key << YAML::Value << *flag;
}

void entry(YAML::Emitter& out, const char* key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out << YAML::Key << key << YAML::Value << YAML::BeginSeq;
  for (const std::string& text : texts) value(out, text);
  out << YAML::EndSeq;
}

void entry(YAML::Emitter& out, const char* key, const std::optional<uint32_t>& number) {
  if (number) out << YAML::Key << key << YAML::Value << *number;
}

void dhcp_overrides(YAML::Emitter& out, const char* key, const V2Entry& nic,
                    const std::optional<bool>& dhcp) {
  if (!dhcp.value_or(false) || !nic.dhcp_metric) return;
  out << YAML::Key << key << YAML::Value << YAML::BeginMap;
  entry(out, "route-metric", nic.dhcp_metric);
  out << YAML::EndMap;
}

void routes(YAML::Emitter& out, const V2Entry& nic, const char* to, const char* via) {
  if (nic.routes.empty()) return;
  out << YAML::Key << "routes" << YAML::Value << YAML::BeginSeq;
  for (const V2Route& route : nic.routes) {
    out << YAML::BeginMap;
    entry(out, to, route.to);
    entry(out, via, route.via);
    entry(out, "metric", route.metric);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

void nameservers(YAML::Emitter& out, const V2Entry& nic) {
  if (nic.dns_servers.empty() && nic.dns_search.empty()) return;
  out << YAML::Key << "nameservers" << YAML::Value << YAML::BeginMap;
  entry(out, "addresses", nic.dns_servers);
  entry(out, "search", nic.dns_search);
  out << YAML::EndMap;
}

void id_and_entry(YAML::Emitter& out, const V2Entry& nic) {
  out << YAML::Key;
  if (nic.set_name) {
    value(out, nic.id);
  } else {
    out << nic.id;
  }
  out << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "match" << YAML::Value << YAML::BeginMap;
  entry(out, "macaddress", nic.mac);
  out << YAML::EndMap;
  if (nic.set_name) entry(out, "set-name", nic.id);
  entry(out, "dhcp4", nic.dhcp4);
  dhcp_overrides(out, "dhcp4-overrides", nic, nic.dhcp4);
  entry(out, "dhcp6", nic.dhcp6);
  dhcp_overrides(out, "dhcp6-overrides", nic, nic.dhcp6);
  entry(out, "accept-ra", nic.accept_ra);
  entry(out, "addresses", nic.addresses);
  entry(out, "gateway6", nic.gateway6);
  routes(out, nic, "to", "via");
  if (nic.mtu != 0) out << YAML::Key << "mtu" << YAML::Value << nic.mtu;
  nameservers(out, nic);
  out << YAML::EndMap;
}

void v1_subnet_common(YAML::Emitter& out, const V2Entry& nic) {
  entry(out, "dns_nameservers", nic.dns_servers);
  entry(out, "dns_search", nic.dns_search);
  routes(out, nic, "destination", "gateway");
}

// v1 hangs routes and name service on a subnet: on the first one, the IPv6 gateway on the first of
// IPv6.
void v1_subnets(YAML::Emitter& out, const V2Entry& nic) {
  bool first = true;
  std::string gateway6 = nic.gateway6;
  const auto subnet = [&](const std::string& type, const std::string& address) {
    out << YAML::BeginMap << YAML::Key << "type" << YAML::Value << type;
    entry(out, "address", address);
    if (address.find(':') != std::string::npos) {
      entry(out, "gateway", std::exchange(gateway6, {}));
    }
    if (first) v1_subnet_common(out, nic);
    first = false;
    out << YAML::EndMap;
  };
  out << YAML::Key << "subnets" << YAML::Value << YAML::BeginSeq;
  if (nic.dhcp4.value_or(false)) subnet("dhcp4", {});
  if (nic.dhcp6.value_or(false)) subnet("dhcp6", {});
  if (!nic.dhcp6.value_or(false) && nic.accept_ra.value_or(false)) subnet("ipv6_slaac", {});
  for (const std::string& address : nic.addresses) subnet("static", address);
  out << YAML::EndSeq;
}

}  // namespace

std::string v2_text(const std::vector<V2Entry>& entries) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "network" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "version" << YAML::Value << 2;
  out << YAML::Key << "ethernets" << YAML::Value << YAML::BeginMap;
  for (const V2Entry& nic : entries) id_and_entry(out, nic);
  out << YAML::EndMap << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str(), out.size()) + "\n";
}

std::string v2_snippet(const V2Entry& nic) {
  YAML::Emitter out;
  out << YAML::Flow << YAML::BeginMap;
  id_and_entry(out, nic);
  out << YAML::EndMap;
  const std::string braced(out.c_str(), out.size());
  return braced.substr(1, braced.size() - 2);  // an entry of a block map, not a map of its own
}

std::string v1_snippet(const V2Entry& nic) {
  YAML::Emitter out;
  out << YAML::Flow << YAML::BeginMap;
  out << YAML::Key << "type" << YAML::Value << "physical";
  entry(out, "name", nic.id);
  entry(out, "mac_address", nic.mac);
  if (nic.mtu != 0) out << YAML::Key << "mtu" << YAML::Value << nic.mtu;
  v1_subnets(out, nic);
  out << YAML::EndMap;
  return "- " + std::string(out.c_str(), out.size());
}

}  // namespace patchbay::cloudinit
