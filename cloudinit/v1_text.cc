#include "cloudinit/v1_text.h"

#include <utility>

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

// v1 hangs routes and name service on a subnet: on the first one of their family, or of the NIC.
class Subnets {
 public:
  Subnets(YAML::Emitter& out, const GuestNic& nic) : out_(out), nic_(nic) {}

  void put_all() {
    if (nic_.dhcp4.value_or(false)) learnt("dhcp", Family::kIpv4);
    if (nic_.dhcp6.value_or(false)) {
      learnt("dhcp6", Family::kIpv6);
    } else if (nic_.accept_ra.value_or(false)) {
      learnt("ipv6_slaac", Family::kIpv6);
    }
    for (const IpPrefix& address : nic_.addresses) fixed(address);
  }

 private:
  void learnt(const char* type, Family family) {
    out_ << YAML::BeginMap;
    put(out_, "type", type);
    put(out_, "metric", nic_.dhcp_metric);
    what_hangs_on(family);
    out_ << YAML::EndMap;
  }

  void fixed(const IpPrefix& address) {
    out_ << YAML::BeginMap;
    put(out_, "type", "static");
    put(out_, "address", address);
    what_hangs_on(address.family());
    out_ << YAML::EndMap;
  }

  void what_hangs_on(Family family) {
    const bool first = !done4_ && !done6_;
    bool& done = family == Family::kIpv4 ? done4_ : done6_;
    if (std::exchange(done, true)) return;
    std::vector<GuestRoute> listed;
    for (const GuestRoute& route : nic_.routes) {
      if (route.to.family() != family) continue;
      if (is_gateway(route) && has_family(nic_, family)) {
        put(out_, "gateway", *route.via);
      } else {
        listed.push_back(route);
      }
    }
    subnet_routes(out_, listed);
    put(out_, "dns_nameservers", servers_of_subnet(nic_, family, first));
    if (first) put(out_, "dns_search", nic_.dns_search);
  }

  YAML::Emitter& out_;
  const GuestNic& nic_;
  bool done4_ = false;
  bool done6_ = false;
};

void entry(YAML::Emitter& out, const GuestNic& nic) {
  out << YAML::BeginMap;
  put(out, "type", "physical");
  put(out, "name", nic.id);
  put(out, "mac_address", nic.mac);
  if (nic.mtu != 0) put(out, "mtu", nic.mtu);
  put(out, "accept-ra", nic.accept_ra);
  out << YAML::Key << "subnets" << YAML::Value << YAML::BeginSeq;
  Subnets(out, nic).put_all();
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

std::string v1_entry(const GuestNic& nic) {
  YAML::Emitter out;
  out << YAML::BeginSeq;
  entry(out, nic);
  out << YAML::EndSeq;
  return std::string(out.c_str(), out.size()) + "\n";
}

std::string v1_snippet(const GuestNic& nic) {
  YAML::Emitter out;
  out << YAML::Flow;
  entry(out, nic);
  return "- " + std::string(out.c_str(), out.size());
}

}  // namespace patchbay::cloudinit
