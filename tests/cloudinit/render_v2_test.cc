// Whatever the plan, the text parses back to the plan's own values.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <random>
#include <set>

#include "cloudinit/network_data.h"
#include "tests/cloudinit/plans.h"

namespace patchbay::cloudinit {
namespace {

// A plan that v2 can say in full: gateways inside the subnets, no attribute but the metric.
class RandomPlan {
 public:
  explicit RandomPlan(unsigned seed) : random_(seed) {}

  NetworkPlan make() {
    NetworkPlan plan = plan_of({});
    const int nics = pick(0, 6);
    for (int i = 0; i < nics; ++i) plan.attachments.push_back(attachment(i));
    const int others = pick(0, 2);
    for (int i = 0; i < others; ++i) plan.others.push_back({network(), "masquerade", mac(1, i)});
    return plan;
  }

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<>(low, high)(random_); }
  bool coin() { return pick(0, 1) == 1; }

  std::string network() {
    constexpr std::string_view kAlphabet = "abcETH019-_:\"'{}[]#&*!|>%@`\n\t \\y";
    std::string name;
    for (int i = pick(1, 8); i > 0; --i) {
      name += kAlphabet[static_cast<size_t>(pick(0, static_cast<int>(kAlphabet.size()) - 1))];
    }
    return name;
  }

  Mac mac(int kind, int index) {
    // Digits only: what YAML 1.1 would read as a base-60 number.
    const std::array<uint8_t, 6> bytes{
        0x12, 0x34, 0x56, 0x12, static_cast<uint8_t>(kind), static_cast<uint8_t>(index)};
    return Mac::from_bytes(bytes.data());
  }

  Attachment attachment(int index) {
    Attachment made = nic(network(), mac(0, index).to_string());
    made.ipv4 = std::array{Ipv4Method::kNone, Ipv4Method::kDhcp,
                           Ipv4Method::kStatic}[static_cast<size_t>(pick(0, 2))];
    made.ipv6 = std::array{Ipv6Method::kNone, Ipv6Method::kAuto, Ipv6Method::kDhcp,
                           Ipv6Method::kStatic}[static_cast<size_t>(pick(0, 3))];
    const std::string n = std::to_string(pick(1, 250));
    if (made.ipv4 == Ipv4Method::kStatic) {
      made.addresses.push_back({IpPrefix::parse("10." + n + ".0.9/24"), Source::kRecord});
      if (coin()) made.routes.push_back(route("172.16.0.0/12", "10." + n + ".0.1"));
    }
    if (made.ipv6 == Ipv6Method::kStatic) {
      made.addresses.push_back({IpPrefix::parse("fd00:" + n + "::9/64"), Source::kAnnotation});
      if (coin()) made.routes.push_back(route("fd01::/48", "fd00:" + n + "::1"));
    }
    for (Route& r : made.routes) {
      if (coin()) r.metric = static_cast<uint32_t>(pick(0, 70000));
    }
    if (coin()) made.mtu = static_cast<uint32_t>(pick(1280, 9000));
    if (coin()) made.dhcp_metric = 2000;
    if (coin()) made.guest_name = "nic" + std::to_string(index);
    if (coin()) made.dns.servers = {IpAddress::parse("10.0.0.53"), IpAddress::parse("fd00::53")};
    if (coin()) made.dns.search = {"corp.example", "no", "1e3"};
    return made;
  }

  std::mt19937 random_;
};

std::vector<std::string> texts(const YAML::Node& list) {
  std::vector<std::string> found;
  for (const YAML::Node& item : list) {
    EXPECT_EQ(item.Tag(), "!") << "not quoted: " << item;
    found.push_back(item.as<std::string>());
  }
  return found;
}

void expect_same(const YAML::Node& entry, const Attachment& attachment) {
  EXPECT_EQ(entry["match"].size(), 1U);
  EXPECT_EQ(entry["match"]["macaddress"].Tag(), "!");
  EXPECT_EQ(entry["match"]["macaddress"].as<std::string>(), attachment.mac.to_string());
  EXPECT_EQ(entry["set-name"].as<std::string>(""), attachment.guest_name);
  EXPECT_EQ(entry["dhcp4"].as<bool>(), attachment.ipv4 == Ipv4Method::kDhcp);
  EXPECT_EQ(entry["dhcp6"].as<bool>(), attachment.ipv6 == Ipv6Method::kDhcp);
  EXPECT_EQ(entry["accept-ra"].as<bool>(),
            attachment.ipv6 == Ipv6Method::kDhcp || attachment.ipv6 == Ipv6Method::kAuto);
  EXPECT_EQ(entry["mtu"].as<uint32_t>(0), attachment.mtu);

  const auto expect_metric = [&](const char* key, bool dhcp) {
    const YAML::Node overrides = entry[key];
    EXPECT_EQ(overrides.IsDefined(), dhcp && attachment.dhcp_metric);
    if (!overrides) return;
    EXPECT_EQ(overrides["route-metric"].as<uint32_t>(), attachment.dhcp_metric);
  };
  expect_metric("dhcp4-overrides", attachment.ipv4 == Ipv4Method::kDhcp);
  expect_metric("dhcp6-overrides", attachment.ipv6 == Ipv6Method::kDhcp);

  std::vector<std::string> addresses;
  for (const PlannedAddress& planned : attachment.addresses) {
    addresses.push_back(planned.prefix.to_string());
  }
  EXPECT_EQ(texts(entry["addresses"]), addresses);

  std::vector<Route> routes;
  for (const YAML::Node& item : entry["routes"]) {
    Route read = route(item["to"].as<std::string>(), item["via"].as<std::string>());
    if (item["metric"]) read.metric = item["metric"].as<uint32_t>();
    routes.push_back(read);
  }
  EXPECT_EQ(routes, attachment.routes);

  std::vector<std::string> servers;
  for (const IpAddress& server : attachment.dns.servers) servers.push_back(server.to_string());
  const YAML::Node nameservers = entry["nameservers"];
  EXPECT_EQ(nameservers.IsDefined(), !attachment.dns.empty());
  if (!nameservers) return;
  EXPECT_EQ(texts(nameservers["addresses"]), servers);
  EXPECT_EQ(texts(nameservers["search"]), attachment.dns.search);
}

// `index` counts attachments first, then the other NICs.
void expect_same_nic(const YAML::Node& id, const YAML::Node& entry, const NetworkPlan& plan,
                     size_t index) {
  EXPECT_EQ(id.as<std::string>().find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"),
            std::string::npos);
  if (index < plan.attachments.size()) {
    const Attachment& attachment = plan.attachments[index];
    expect_same(entry, attachment);
    EXPECT_EQ(attachment.guest_name.empty() ? "" : id.as<std::string>(), attachment.guest_name);
    return;
  }
  const OtherNic& other = plan.others.at(index - plan.attachments.size());
  EXPECT_EQ(entry.size(), 2U);
  EXPECT_EQ(entry["match"]["macaddress"].as<std::string>(), other.mac.to_string());
  EXPECT_TRUE(entry["dhcp4"].as<bool>());
}

class RenderV2Property : public testing::TestWithParam<unsigned> {};

TEST_P(RenderV2Property, ParsesBackToThePlan) {
  RandomPlan random(GetParam());
  for (int round = 0; round < 50; ++round) {
    const NetworkPlan plan = random.make();
    Diagnostics diagnostics;
    const std::string text = render_v2(plan, diagnostics);
    SCOPED_TRACE(text);
    EXPECT_FALSE(has_errors(diagnostics));

    const YAML::Node document = YAML::Load(text);
    ASSERT_EQ(document.size(), 1U);
    ASSERT_EQ(document["network"]["version"].as<int>(), 2);
    const YAML::Node ethernets = document["network"]["ethernets"];
    std::set<std::string> ids;
    size_t index = 0;
    for (const auto& entry : ethernets) {
      EXPECT_TRUE(ids.insert(entry.first.as<std::string>()).second);
      expect_same_nic(entry.first, entry.second, plan, index++);
    }
    EXPECT_EQ(index, plan.attachments.size() + plan.others.size());

    Diagnostics again;
    EXPECT_EQ(render_v2(plan, again), text);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RenderV2Property, testing::Range(0U, 8U));

}  // namespace
}  // namespace patchbay::cloudinit
