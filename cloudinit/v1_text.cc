#include "cloudinit/v1_text.h"

#include "cloudinit/yaml_values.h"

namespace patchbay::cloudinit {
namespace {

// As `gateway`, which both readers take, where the subnet holds it; cloud-init's routes to ::/0
// become ::/64 before 23.1, and cloudbase-init reads no others.
bool is_gateway(const GuestRoute& route) {
  return route.to.is_default() && route.via && !route.via_is_on_link;
}

void subnet_routes(YAML::Emitter& out, const std::vector<GuestRoute>& routes) {
  if (routes.empty()) return;
  out << YAML::Key << "routes" << YAML::Value << YAML::BeginSeq;
  for (const GuestRoute& route : routes) {
    out << YAML::BeginMap;
    put(out, "network", route.to);
    put(out, "gateway", route.via.value_or(IpAddress::any(route.to.family())));
    put(out, "metric", route.metric);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

const char* type_of(const GuestSubnet& subnet) {
  switch (subnet.kind) {
    case GuestSubnet::Kind::kDhcp4:
      return "dhcp";
    case GuestSubnet::Kind::kDhcp6:
      return "dhcp6";
    case GuestSubnet::Kind::kAdvertised:
      return "ipv6_slaac";
    case GuestSubnet::Kind::kStatic:
      break;
  }
  return "static";
}

void put_subnet(YAML::Emitter& out, const GuestNic& nic, const GuestSubnet& subnet) {
  out << YAML::BeginMap;
  put(out, "type", type_of(subnet));
  if (subnet.address) {
    put(out, "address", *subnet.address);
  } else {
    put(out, "metric", nic.dhcp_metric);
  }
  std::vector<GuestRoute> listed;
  for (const GuestRoute& route : subnet.routes) {
    if (is_gateway(route) && has_family(nic, subnet.family)) {
      put(out, "gateway", *route.via);
    } else {
      listed.push_back(route);
    }
  }
  subnet_routes(out, listed);
  put(out, "dns_nameservers", subnet.dns_servers);
  put(out, "dns_search", subnet.dns_search);
  out << YAML::EndMap;
}

void entry(YAML::Emitter& out, const GuestNic& nic) {
  out << YAML::BeginMap;
  put(out, "type", "physical");
  put(out, "name", nic.id);
  put(out, "mac_address", nic.mac);
  if (nic.mtu != 0) put(out, "mtu", nic.mtu);
  put(out, "accept-ra", nic.accept_ra);
  out << YAML::Key << "subnets" << YAML::Value << YAML::BeginSeq;
  for (const GuestSubnet& subnet : subnets_of(nic)) put_subnet(out, nic, subnet);
  out << YAML::EndSeq << YAML::EndMap;
}

}  // namespace

std::string v1_text(const std::vector<GuestNic>& nics) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "network" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "version" << YAML::Value << 1;
  out << YAML::Key << "config" << YAML::Value << YAML::BeginSeq;
  for (const GuestNic& nic : nics) entry(out, nic);
  out << YAML::EndSeq << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str(), out.size()) + "\n";
}

std::string v1_snippet(const GuestNic& nic) {
  YAML::Emitter out;
  out << YAML::Flow;
  entry(out, nic);
  return "- " + std::string(out.c_str(), out.size());
}

}  // namespace patchbay::cloudinit
