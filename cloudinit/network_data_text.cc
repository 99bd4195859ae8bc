#include "cloudinit/network_data_text.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace patchbay::cloudinit {
namespace {

using Json = nlohmann::ordered_json;

std::string netmask(const IpPrefix& prefix) {
  std::array<uint8_t, 16> bytes{};
  for (size_t bit = 0; bit < prefix.length; ++bit) {
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] | 0x80U >> bit % 8);
  }
  return IpAddress::from_bytes(prefix.family(), bytes.data()).to_string();
}

struct Parts {
  Json link;
  std::vector<Json> networks;
  std::vector<Json> services;
};

// cloud-init before 23.1 makes ::/64 of a route to ::/0; its own key `gateway` it reads rightly.
// cloudbase-init reads routes only.
bool is_gateway(const GuestNic& nic, const GuestRoute& route, Guest guest) {
  return guest != Guest::kWindows && route.to.family() == Family::kIpv6 && route.to.is_default() &&
         route.via && has_family(nic, Family::kIpv6);
}

Json route_json(const GuestRoute& route) {
  Json json = Json::object();
  json["network"] = route.to.address.to_string();
  json["netmask"] = netmask(route.to);
  json["gateway"] = route.via.value_or(IpAddress::any(route.to.family())).to_string();
  if (route.metric) json["metric"] = *route.metric;
  return json;
}

Json dns_json(const IpAddress& server) {
  return {{"type", "dns"}, {"address", server.to_string()}};
}

const char* type_of(const GuestSubnet& subnet) {
  switch (subnet.kind) {
    case GuestSubnet::Kind::kDhcp4:
      return "ipv4_dhcp";
    case GuestSubnet::Kind::kDhcp6:
      return "ipv6_dhcp";
    case GuestSubnet::Kind::kAdvertised:
      return "ipv6_slaac";
    case GuestSubnet::Kind::kStatic:
      break;
  }
  return subnet.family == Family::kIpv4 ? "ipv4" : "ipv6";
}

// cloud-init before 23.1 reads no `services` here but in its networkd renderer, and later ones add
// them to the top-level ones; its own keys `dns_nameservers` and `dns_search` all take.
Json network_json(const GuestNic& nic, const GuestSubnet& subnet, size_t number, Guest guest) {
  Json network = {
      {"id", nic.id + "-" + std::to_string(number)}, {"type", type_of(subnet)}, {"link", nic.id}};
  if (subnet.address) {
    network["ip_address"] = subnet.address->address.to_string();
    network["netmask"] = netmask(*subnet.address);
  } else if (nic.dhcp_metric) {
    network["metric"] = *nic.dhcp_metric;
  }
  if (!subnet.dns_search.empty()) network["dns_search"] = subnet.dns_search;
  for (const GuestRoute& route : subnet.routes) {
    if (is_gateway(nic, route, guest)) {
      network["gateway"] = route.via->to_string();
    } else {
      network["routes"].push_back(route_json(route));
    }
  }
  for (const IpAddress& server : subnet.dns_servers) {
    if (guest == Guest::kWindows) {
      network["services"].push_back(dns_json(server));
    } else {
      network["dns_nameservers"].push_back(server.to_string());
    }
  }
  return network;
}

Parts parts_of(const GuestNic& nic, Guest guest) {
  Parts parts;
  parts.link = {{"id", nic.id}, {"type", "phy"}, {"ethernet_mac_address", nic.mac.to_string()}};
  // Not OpenStack's own: cloud-init names the NIC so, and without it looks the name up by the MAC.
  if (nic.set_name && guest != Guest::kWindows) parts.link["name"] = nic.id;
  if (nic.mtu != 0) parts.link["mtu"] = nic.mtu;
  for (const GuestSubnet& subnet : subnets_of(nic)) {
    parts.networks.push_back(network_json(nic, subnet, parts.networks.size(), guest));
  }
  for (const IpAddress& server : nic.dns_servers) parts.services.push_back(dns_json(server));
  return parts;
}

std::vector<std::string> dumped(const std::vector<Json>& objects) {
  std::vector<std::string> texts;
  for (const Json& object : objects) texts.push_back(object.dump());
  return texts;
}

}  // namespace

NetworkDataParts network_data_parts(const GuestNic& nic, Guest guest) {
  const Parts parts = parts_of(nic, guest);
  return {parts.link.dump(), dumped(parts.networks), dumped(parts.services)};
}

std::string network_data_text(const std::vector<GuestNic>& nics, Guest guest) {
  Json json = {{"links", Json::array()}, {"networks", Json::array()}, {"services", Json::array()}};
  for (const GuestNic& nic : nics) {
    Parts parts = parts_of(nic, guest);
    json["links"].push_back(std::move(parts.link));
    for (Json& network : parts.networks) json["networks"].push_back(std::move(network));
    for (Json& service : parts.services) json["services"].push_back(std::move(service));
  }
  return json.dump(2) + "\n";
}

}  // namespace patchbay::cloudinit
