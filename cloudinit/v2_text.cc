#include "cloudinit/v2_text.h"

#include "cloudinit/yaml_values.h"

namespace patchbay::cloudinit {
namespace {

void dhcp_overrides(YAML::Emitter& out, const char* key, const GuestNic& nic,
                    const std::optional<bool>& dhcp) {
  if (!dhcp.value_or(false) || !nic.dhcp_metric) return;
  out << YAML::Key << key << YAML::Value << YAML::BeginMap;
  put(out, "route-metric", nic.dhcp_metric);
  out << YAML::EndMap;
}

// Default routes are `gateway4` and `gateway6`, though netplan calls them deprecated: cloud-init
// before 23.1 writes a route to ::/0 as one to ::/64 (canonical/cloud-init#4600), and the eni
// renderer writes routes as commands of net-tools, which Debian's guests don't have. They need a
// static address beside them, and have no metric, but no rival either. netplan itself takes routes
// in every version, and cloudbase-init one gateway of the two.
bool is_gateway(const GuestNic& nic, const GuestRoute& route, Guest guest) {
  if (guest == Guest::kNetplan || guest == Guest::kWindows) return false;
  const Family family = route.to.family();
  return route.to.is_default() && route.via && !route.table && !route.via_is_on_link &&
         has_family(nic, family);
}

// Every renderer but eni takes 0.0.0.0 for "on the link"; netplan has a word of its own, and IPv6
// no other.
void on_link(YAML::Emitter& out, const GuestRoute& route, Guest guest) {
  if (guest == Guest::kNetplan) {
    out << YAML::Key << "scope" << YAML::Value << "link";
  } else {
    put(out, "via", IpAddress::any(route.to.family()));
  }
}

void routes(YAML::Emitter& out, const GuestNic& nic, Guest guest) {
  std::vector<GuestRoute> listed;
  for (const GuestRoute& route : nic.routes) {
    if (is_gateway(nic, route, guest)) {
      put(out, route.to.family() == Family::kIpv4 ? "gateway4" : "gateway6", *route.via);
    } else {
      listed.push_back(route);
    }
  }
  if (listed.empty()) return;
  out << YAML::Key << "routes" << YAML::Value << YAML::BeginSeq;
  for (const GuestRoute& route : listed) {
    out << YAML::BeginMap;
    put(out, "to", route.to);
    if (route.via) {
      put(out, "via", *route.via);
      if (route.via_is_on_link && guest == Guest::kNetplan) put(out, "on-link", true);
    } else {
      on_link(out, route, guest);
    }
    put(out, "metric", route.metric);
    put(out, "table", route.table);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

void rules(YAML::Emitter& out, const GuestNic& nic) {
  if (nic.rules.empty()) return;
  out << YAML::Key << "routing-policy" << YAML::Value << YAML::BeginSeq;
  for (const GuestRule& rule : nic.rules) {
    out << YAML::BeginMap;
    put(out, "from", rule.from);
    put(out, "table", rule.table);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

void nameservers(YAML::Emitter& out, const GuestNic& nic) {
  if (nic.dns_servers.empty() && nic.dns_search.empty()) return;
  out << YAML::Key << "nameservers" << YAML::Value << YAML::BeginMap;
  put(out, "addresses", nic.dns_servers);
  put(out, "search", nic.dns_search);
  out << YAML::EndMap;
}

void id_and_entry(YAML::Emitter& out, const GuestNic& nic, Guest guest) {
  out << YAML::Key;
  if (nic.set_name) {
    put_value(out, nic.id);
  } else {
    out << nic.id;
  }
  out << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "match" << YAML::Value << YAML::BeginMap;
  put(out, "macaddress", nic.mac);
  out << YAML::EndMap;
  if (nic.set_name) put(out, "set-name", nic.id);
  if (nic.optional) put(out, "optional", true);
  put(out, "dhcp4", nic.dhcp4);
  dhcp_overrides(out, "dhcp4-overrides", nic, nic.dhcp4);
  put(out, "dhcp6", nic.dhcp6);
  dhcp_overrides(out, "dhcp6-overrides", nic, nic.dhcp6);
  put(out, "accept-ra", nic.accept_ra);
  put(out, "addresses", nic.addresses);
  routes(out, nic, guest);
  rules(out, nic);
  if (nic.mtu != 0) put(out, "mtu", nic.mtu);
  nameservers(out, nic);
  out << YAML::EndMap;
}

}  // namespace

std::string v2_text(const std::vector<GuestNic>& nics, Guest guest) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "network" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "version" << YAML::Value << 2;
  out << YAML::Key << "ethernets" << YAML::Value << YAML::BeginMap;
  for (const GuestNic& nic : nics) id_and_entry(out, nic, guest);
  out << YAML::EndMap << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str(), out.size()) + "\n";
}

std::string v2_snippet(const GuestNic& nic, Guest guest) {
  YAML::Emitter out;
  out << YAML::Flow << YAML::BeginMap;
  id_and_entry(out, nic, guest);
  out << YAML::EndMap;
  const std::string braced(out.c_str(), out.size());
  return braced.substr(1, braced.size() - 2);  // an entry of a block map, not a map of its own
}

}  // namespace patchbay::cloudinit
