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

// Routes and name service hang on a network: on the first one of their family. There cloud-init
// before 23.1 reads no `services` but in its networkd renderer, and later ones add them to the
// top-level ones; its own keys `dns_nameservers` and `dns_search` all take.
class Networks {
 public:
  Networks(const GuestNic& nic, Guest guest) : nic_(nic), guest_(guest) {}

  std::vector<Json> made() {
    if (nic_.dhcp4.value_or(false)) learnt("ipv4_dhcp", Family::kIpv4);
    if (nic_.dhcp6.value_or(false)) {
      learnt("ipv6_dhcp", Family::kIpv6);
    } else if (nic_.accept_ra.value_or(false)) {
      learnt("ipv6_slaac", Family::kIpv6);
    }
    for (const IpPrefix& address : nic_.addresses) fixed(address);
    return std::move(made_);
  }

 private:
  Json& add(const char* type) {
    made_.push_back(
        {{"id", nic_.id + "-" + std::to_string(made_.size())}, {"type", type}, {"link", nic_.id}});
    return made_.back();
  }

  void learnt(const char* type, Family family) {
    Json& network = add(type);
    if (nic_.dhcp_metric) network["metric"] = *nic_.dhcp_metric;
    hang_on(network, family);
  }

  void fixed(const IpPrefix& address) {
    Json& network = add(address.family() == Family::kIpv4 ? "ipv4" : "ipv6");
    network["ip_address"] = address.address.to_string();
    network["netmask"] = netmask(address);
    hang_on(network, address.family());
  }

  void hang_on(Json& network, Family family) {
    const bool first = made_.size() == 1;
    if (first && !nic_.dns_search.empty()) network["dns_search"] = nic_.dns_search;
    bool& done = family == Family::kIpv4 ? done4_ : done6_;
    if (std::exchange(done, true)) return;
    for (const GuestRoute& route : nic_.routes) {
      if (route.to.family() != family) continue;
      if (is_gateway(nic_, route, guest_)) {
        network["gateway"] = route.via->to_string();
      } else {
        network["routes"].push_back(route_json(route));
      }
    }
    for (const IpAddress& server : servers_of_subnet(nic_, family, first)) {
      if (guest_ == Guest::kWindows) {
        network["services"].push_back(dns_json(server));
      } else {
        network["dns_nameservers"].push_back(server.to_string());
      }
    }
  }

  const GuestNic& nic_;
  Guest guest_;
  std::vector<Json> made_;
  bool done4_ = false;
  bool done6_ = false;
};

Parts parts_of(const GuestNic& nic, Guest guest) {
  Parts parts;
  parts.link = {{"id", nic.id}, {"type", "phy"}, {"ethernet_mac_address", nic.mac.to_string()}};
  // Not OpenStack's own: cloud-init names the NIC so, and without it looks the name up by the MAC.
  if (nic.set_name && guest != Guest::kWindows) parts.link["name"] = nic.id;
  if (nic.mtu != 0) parts.link["mtu"] = nic.mtu;
  parts.networks = Networks(nic, guest).made();
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
