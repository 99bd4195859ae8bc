// The texts that cloudinit/ renders, read back by other libraries than it writes them with, or by
// their plainest interface.
#pragma once

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/cloudinit/told.h"

namespace patchbay::cloudinit {

// cloud-init reads with PyYAML, which takes unquoted text for numbers and booleans of YAML 1.1.
inline std::string quoted(const YAML::Node& node) {
  EXPECT_EQ(node.Tag(), "!") << "not quoted: " << node;
  return node.as<std::string>();
}

inline std::vector<std::string> quoted_list(const YAML::Node& list) {
  std::vector<std::string> texts;
  for (const YAML::Node& item : list) texts.push_back(quoted(item));
  return texts;
}

inline std::optional<uint32_t> number(const YAML::Node& node) {
  return node ? std::optional(node.as<uint32_t>()) : std::nullopt;
}

// 0.0.0.0 is "on the link".
inline GuestRoute told_route(const std::string& to, const std::string& via) {
  GuestRoute read{IpPrefix::parse(to), IpAddress::parse(via), {}, {}, false};
  if (read.via->is_any()) read.via.reset();
  return read;
}

inline GuestRoute gateway(const std::string& via) {
  return told_route(via.find(':') == std::string::npos ? "0.0.0.0/0" : "::/0", via);
}

inline GuestRoute read_v2_route(const YAML::Node& item) {
  const std::string to = quoted(item["to"]);
  if (!item["via"]) {
    EXPECT_EQ(item["scope"].as<std::string>(), "link");
  }
  const bool ipv6 = to.find(':') != std::string::npos;
  GuestRoute read = told_route(to, item["via"] ? quoted(item["via"]) : ipv6 ? "::" : "0.0.0.0");
  read.metric = number(item["metric"]);
  read.table = number(item["table"]);
  read.via_is_on_link = item["on-link"].as<bool>(false);
  return read;
}

inline Told read_v2_entry(const YAML::Node& entry) {
  Told told;
  if (entry["set-name"]) told.name = quoted(entry["set-name"]);
  told.optional = entry["optional"].as<bool>(false);
  told.dhcp4 = entry["dhcp4"].as<bool>();
  told.dhcp6 = entry["dhcp6"].as<bool>(false);
  told.advertised = entry["accept-ra"].as<bool>(false) && !told.dhcp6;
  told.mtu = entry["mtu"].as<uint32_t>(0);
  for (const char* key : {"dhcp4-overrides", "dhcp6-overrides"}) {
    if (entry[key]) told.dhcp_metric = entry[key]["route-metric"].as<uint32_t>();
  }
  told.addresses = quoted_list(entry["addresses"]);
  for (const char* key : {"gateway4", "gateway6"}) {
    if (entry[key]) told.add_route(gateway(quoted(entry[key])));
  }
  for (const YAML::Node& item : entry["routes"]) told.add_route(read_v2_route(item));
  for (const YAML::Node& rule : entry["routing-policy"]) {
    told.rules.push_back({IpAddress::parse(quoted(rule["from"])), rule["table"].as<uint32_t>()});
  }
  if (const YAML::Node dns = entry["nameservers"]) {
    for (const std::string& server : quoted_list(dns["addresses"])) told.add_server(server);
    told.search = quoted_list(dns["search"]);
  }
  return told;
}

inline ToldByMac read_v2(const std::string& text, std::set<std::string>& ids) {
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

inline void read_v1_subnet(const YAML::Node& subnet, Told& told) {
  const auto type = subnet["type"].as<std::string>();
  told.dhcp4 |= type == "dhcp";
  told.dhcp6 |= type == "dhcp6";
  told.advertised |= type == "ipv6_slaac";
  if (type == "static") told.addresses.push_back(quoted(subnet["address"]));
  if (subnet["metric"]) told.dhcp_metric = subnet["metric"].as<uint32_t>();
  if (subnet["gateway"]) told.add_route(gateway(quoted(subnet["gateway"])));
  for (const YAML::Node& item : subnet["routes"]) {
    GuestRoute read = told_route(quoted(item["network"]), quoted(item["gateway"]));
    read.metric = number(item["metric"]);
    told.add_route(read);
  }
  for (const std::string& server : quoted_list(subnet["dns_nameservers"])) told.add_server(server);
  for (const std::string& domain : quoted_list(subnet["dns_search"])) {
    told.search.push_back(domain);
  }
}

// Where every entry has a name: the name, if it was asked for.
inline std::string asked_for(const NetworkPlan& plan, const std::string& name) {
  const bool asked =
      std::any_of(plan.attachments.begin(), plan.attachments.end(),
                  [&](const Attachment& attachment) { return attachment.guest_name == name; });
  return asked ? name : std::string();
}

inline ToldByMac read_v1(const std::string& text, const NetworkPlan& plan,
                         std::set<std::string>& ids) {
  ToldByMac all;
  const YAML::Node network = YAML::Load(text)["network"];
  EXPECT_EQ(network["version"].as<int>(), 1);
  for (const YAML::Node& entry : network["config"]) {
    EXPECT_EQ(entry["type"].as<std::string>(), "physical");
    Told& told = all[quoted(entry["mac_address"])];
    const auto name = quoted(entry["name"]);
    ids.insert(name);
    told.name = asked_for(plan, name);
    told.mtu = entry["mtu"].as<uint32_t>(0);
    for (const YAML::Node& subnet : entry["subnets"]) read_v1_subnet(subnet, told);
  }
  return all;
}

using Json = nlohmann::json;

inline uint8_t length_of(const std::string& netmask) {
  const IpAddress mask = IpAddress::parse(netmask);
  uint8_t length = 0;
  while (length < mask.bits() && (mask.bytes()[length / 8] & 0x80U >> length % 8) != 0) ++length;
  return length;
}

inline void read_network(const Json& network, Told& told) {
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
  if (network.contains("gateway")) told.add_route(gateway(network["gateway"]));
  for (const Json& item : network.value("routes", Json::array())) {
    const std::string length = std::to_string(length_of(item["netmask"]));
    GuestRoute read =
        told_route(item["network"].get<std::string>() + "/" + length, item["gateway"]);
    if (item.contains("metric")) read.metric = item["metric"];
    told.add_route(read);
  }
  for (const Json& server : network.value("dns_nameservers", Json::array())) {
    told.add_server(server);
  }
  for (const Json& service : network.value("services", Json::array())) {
    EXPECT_EQ(service["type"], "dns");
    told.add_server(service["address"]);
  }
  for (const Json& domain : network.value("dns_search", Json::array())) {
    told.search.push_back(domain);
  }
}

inline ToldByMac read_network_data(const std::string& text, const NetworkPlan& plan,
                                   std::set<std::string>& ids) {
  const Json json = Json::parse(text);
  ToldByMac all;
  std::map<std::string, std::string> macs;
  for (const Json& link : json["links"]) {
    EXPECT_EQ(link["type"], "phy");
    ids.insert(link["id"]);
    macs[link["id"]] = link["ethernet_mac_address"];
    Told& told = all[link["ethernet_mac_address"]];
    // cloudbase-init takes the id for the adapter's name, cloud-init this key.
    told.name =
        plan.guest == Guest::kWindows ? asked_for(plan, link["id"]) : link.value("name", "");
    told.mtu = link.value("mtu", 0U);
  }
  std::set<std::string> network_ids;
  for (const Json& network : json["networks"]) {
    EXPECT_TRUE(network_ids.insert(network["id"]).second);
    read_network(network, all[macs.at(network["link"])]);
  }
  return all;
}

}  // namespace patchbay::cloudinit
