// Whatever the plan, its text in every format parses back to the plan's own values.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cloudinit/network_data.h"
#include "tests/cloudinit/random_plan.h"

namespace patchbay::cloudinit {
namespace {

// What a format says of one NIC, in terms that all of them share.
struct Told {
  std::string name;  // only where it shall be renamed
  bool dhcp4 = false;
  bool dhcp6 = false;
  bool advertised = false;  // by router advertisements alone
  uint32_t mtu = 0;
  std::optional<uint32_t> dhcp_metric;
  std::vector<std::string> addresses;
  std::map<Family, std::vector<Route>> routes;
  std::map<Family, std::vector<std::string>> servers;
  std::vector<std::string> search;

  bool operator==(const Told&) const = default;
  void add_route(const Route& route) { routes[route.to.family()].push_back(route); }
  void add_server(const std::string& server) {
    servers[IpAddress::parse(server).family()].push_back(server);
  }
};
using ToldByMac = std::map<std::string, Told>;

[[maybe_unused]] std::ostream& operator<<(std::ostream& out, const Told& told) {
  out << told.name << (told.dhcp4 ? " dhcp4" : "") << (told.dhcp6 ? " dhcp6" : "")
      << (told.advertised ? " ra" : "") << " mtu " << told.mtu << " metric "
      << told.dhcp_metric.value_or(0);
  for (const std::string& address : told.addresses) out << ' ' << address;
  for (const auto& [family, routes] : told.routes) {
    for (const Route& r : routes) out << " to " << r.to.to_string();
  }
  for (const auto& [family, servers] : told.servers) {
    for (const std::string& server : servers) out << " dns " << server;
  }
  for (const std::string& domain : told.search) out << " search " << domain;
  return out;
}

// `everywhere`: the format has a place for name service and metrics beside no address, too.
Told wanted(const Attachment& attachment, bool everywhere) {
  Told told;
  told.name = attachment.guest_name;
  told.dhcp4 = attachment.ipv4 == Ipv4Method::kDhcp;
  told.dhcp6 = attachment.ipv6 == Ipv6Method::kDhcp;
  told.advertised = attachment.ipv6 == Ipv6Method::kAuto;
  told.mtu = attachment.mtu;
  if (told.dhcp4 || told.dhcp6 || (told.advertised && !everywhere)) {
    told.dhcp_metric = attachment.dhcp_metric;
  }
  for (const PlannedAddress& planned : attachment.addresses) {
    told.addresses.push_back(planned.prefix.to_string());
  }
  for (const Route& route : attachment.routes) told.add_route(route);
  const bool something = !told.addresses.empty() || told.dhcp4 || told.dhcp6 || told.advertised;
  if (!everywhere && !something) return told;
  for (const IpAddress& server : attachment.dns.servers) told.add_server(server.to_string());
  told.search = attachment.dns.search;
  return told;
}

ToldByMac wanted(const NetworkPlan& plan, bool everywhere) {
  ToldByMac all;
  for (const Attachment& attachment : plan.attachments) {
    all[attachment.mac.to_string()] = wanted(attachment, everywhere);
  }
  for (const OtherNic& other : plan.others) {
    Told& told = all[other.mac.to_string()];
    told.dhcp4 = true;
    told.dhcp_metric = other.dhcp_metric;
  }
  return all;
}

// cloud-init reads with PyYAML, which takes unquoted text for numbers and booleans of YAML 1.1.
std::string quoted(const YAML::Node& node) {
  EXPECT_EQ(node.Tag(), "!") << "not quoted: " << node;
  return node.as<std::string>();
}

std::vector<std::string> quoted_list(const YAML::Node& list) {
  std::vector<std::string> texts;
  for (const YAML::Node& item : list) texts.push_back(quoted(item));
  return texts;
}

Route yaml_route(const YAML::Node& item, const char* to, const char* via) {
  Route read = route(quoted(item[to]), quoted(item[via]));
  if (item["metric"]) read.metric = item["metric"].as<uint32_t>();
  return read;
}

Told read_v2_entry(const YAML::Node& entry) {
  Told told;
  if (entry["set-name"]) told.name = quoted(entry["set-name"]);
  told.dhcp4 = entry["dhcp4"].as<bool>();
  told.dhcp6 = entry["dhcp6"].as<bool>(false);
  told.advertised = entry["accept-ra"].as<bool>(false) && !told.dhcp6;
  told.mtu = entry["mtu"].as<uint32_t>(0);
  for (const char* key : {"dhcp4-overrides", "dhcp6-overrides"}) {
    if (entry[key]) told.dhcp_metric = entry[key]["route-metric"].as<uint32_t>();
  }
  told.addresses = quoted_list(entry["addresses"]);
  for (const YAML::Node& item : entry["routes"]) told.add_route(yaml_route(item, "to", "via"));
  if (const YAML::Node dns = entry["nameservers"]) {
    for (const std::string& server : quoted_list(dns["addresses"])) told.add_server(server);
    told.search = quoted_list(dns["search"]);
  }
  return told;
}

ToldByMac read_v2(const std::string& text, std::set<std::string>& ids) {
  ToldByMac all;
  const YAML::Node network = YAML::Load(text)["network"];
  EXPECT_EQ(network["version"].as<int>(), 2);
  for (const auto& entry : network["ethernets"]) {
    EXPECT_EQ(entry.second["match"].size(), 1U);
    all[quoted(entry.second["match"]["macaddress"])] = read_v2_entry(entry.second);
    ids.insert(entry.first.as<std::string>());
  }
  return all;
}

void read_v1_subnet(const YAML::Node& subnet, Told& told) {
  const auto type = subnet["type"].as<std::string>();
  told.dhcp4 |= type == "dhcp";
  told.dhcp6 |= type == "dhcp6";
  told.advertised |= type == "ipv6_slaac";
  if (type == "static") told.addresses.push_back(quoted(subnet["address"]));
  if (subnet["metric"]) told.dhcp_metric = subnet["metric"].as<uint32_t>();
  for (const YAML::Node& item : subnet["routes"]) {
    told.add_route(yaml_route(item, "network", "gateway"));
  }
  for (const std::string& server : quoted_list(subnet["dns_nameservers"])) told.add_server(server);
  for (const std::string& domain : quoted_list(subnet["dns_search"])) {
    told.search.push_back(domain);
  }
}

ToldByMac read_v1(const std::string& text, const NetworkPlan& plan, std::set<std::string>& ids) {
  ToldByMac all;
  const YAML::Node network = YAML::Load(text)["network"];
  EXPECT_EQ(network["version"].as<int>(), 1);
  for (const YAML::Node& entry : network["config"]) {
    EXPECT_EQ(entry["type"].as<std::string>(), "physical");
    Told& told = all[quoted(entry["mac_address"])];
    // In v1 every entry has a name.
    const auto name = quoted(entry["name"]);
    ids.insert(name);
    for (const Attachment& attachment : plan.attachments) {
      if (attachment.guest_name == name) told.name = name;
    }
    told.mtu = entry["mtu"].as<uint32_t>(0);
    for (const YAML::Node& subnet : entry["subnets"]) read_v1_subnet(subnet, told);
  }
  return all;
}

using Json = nlohmann::json;

uint8_t length_of(const std::string& netmask) {
  const IpAddress mask = IpAddress::parse(netmask);
  uint8_t length = 0;
  while (length < mask.bits() && (mask.bytes()[length / 8] & 0x80U >> length % 8) != 0) ++length;
  return length;
}

void read_network(const Json& network, Told& told) {
  const std::string type = network["type"];
  told.dhcp4 |= type == "ipv4_dhcp";
  told.dhcp6 |= type == "ipv6_dhcp";
  told.advertised |= type == "ipv6_slaac";
  if (network.contains("ip_address")) {
    const IpPrefix prefix{IpAddress::parse(network["ip_address"].get<std::string>()),
                          length_of(network["netmask"])};
    EXPECT_EQ(type, prefix.family() == Family::kIpv4 ? "ipv4" : "ipv6");
    told.addresses.push_back(prefix.to_string());
  }
  if (network.contains("metric")) told.dhcp_metric = network["metric"];
  for (const Json& item : network.value("routes", Json::array())) {
    Route read =
        route(item["network"].get<std::string>() + "/" + std::to_string(length_of(item["netmask"])),
              item["gateway"]);
    if (item.contains("metric")) read.metric = item["metric"];
    told.add_route(read);
  }
  for (const Json& server : network.value("dns_nameservers", Json::array())) {
    told.add_server(server);
  }
  for (const Json& domain : network.value("dns_search", Json::array())) {
    told.search.push_back(domain);
  }
}

ToldByMac read_network_data(const std::string& text, std::set<std::string>& ids) {
  const Json json = Json::parse(text);
  ToldByMac all;
  std::map<std::string, std::string> macs;
  for (const Json& link : json["links"]) {
    EXPECT_EQ(link["type"], "phy");
    ids.insert(link["id"]);
    macs[link["id"]] = link["ethernet_mac_address"];
    Told& told = all[link["ethernet_mac_address"]];
    told.name = link.value("name", "");
    told.mtu = link.value("mtu", 0U);
  }
  std::set<std::string> network_ids;
  for (const Json& network : json["networks"]) {
    EXPECT_TRUE(network_ids.insert(network["id"]).second);
    read_network(network, all[macs.at(network["link"])]);
  }
  return all;
}

class RenderProperty : public testing::TestWithParam<unsigned> {
 protected:
  void with_each_plan(Format format,
                      const std::function<void(const NetworkPlan&, const std::string&)>& test) {
    RandomPlan random(GetParam());
    for (int round = 0; round < 50; ++round) {
      const NetworkPlan plan = random.make();
      Diagnostics diagnostics;
      const std::string text = render(plan, format, diagnostics);
      SCOPED_TRACE(text);
      EXPECT_FALSE(has_errors(diagnostics));
      test(plan, text);
      Diagnostics again;
      EXPECT_EQ(render(plan, format, again), text);
    }
  }
};

size_t count(const NetworkPlan& plan) { return plan.attachments.size() + plan.others.size(); }

TEST_P(RenderProperty, V2ParsesBackToThePlan) {
  with_each_plan(Format::kV2, [](const NetworkPlan& plan, const std::string& text) {
    std::set<std::string> ids;
    EXPECT_EQ(read_v2(text, ids), wanted(plan, true));
    EXPECT_EQ(ids.size(), count(plan));
    for (const std::string& id : ids) {
      EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
    }
  });
}

TEST_P(RenderProperty, V1ParsesBackToThePlan) {
  with_each_plan(Format::kV1, [](const NetworkPlan& plan, const std::string& text) {
    std::set<std::string> ids;
    EXPECT_EQ(read_v1(text, plan, ids), wanted(plan, false));
    EXPECT_EQ(ids.size(), count(plan));
  });
}

TEST_P(RenderProperty, NetworkDataParsesBackToThePlan) {
  with_each_plan(Format::kNetworkData, [](const NetworkPlan& plan, const std::string& text) {
    std::set<std::string> ids;
    EXPECT_EQ(read_network_data(text, ids), wanted(plan, false));
    EXPECT_EQ(ids.size(), count(plan));
    std::multiset<std::string> servers;
    for (const Attachment& attachment : plan.attachments) {
      for (const IpAddress& server : attachment.dns.servers) servers.insert(server.to_string());
    }
    std::multiset<std::string> said;
    const Json json = Json::parse(text);
    for (const Json& service : json["services"]) {
      EXPECT_EQ(service["type"], "dns");
      said.insert(service["address"]);
    }
    EXPECT_EQ(said, servers);
  });
}

INSTANTIATE_TEST_SUITE_P(Seeds, RenderProperty, testing::Range(0U, 8U));

}  // namespace
}  // namespace patchbay::cloudinit
