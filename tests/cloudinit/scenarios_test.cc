// The golden files: what the guest is told for each form of NIC. UPDATE_GOLDEN=1 rewrites them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cloudinit/network_data.h"
#include "tests/cloudinit/plans.h"
#include "tests/test_files.h"

namespace patchbay::cloudinit {

Scenario routes_and_gateway() {
  Attachment blue = static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26"});
  blue.routes = {route("0.0.0.0/0", "192.168.0.2"), route("10.0.0.0/8", "192.168.0.3")};
  blue.routes[1].metric = 100;
  NetworkPlan plan = plan_of({blue});
  plan.default_route = "blue";
  return {"routes", plan};
}

Scenario dual_stack() {
  Attachment blue =
      static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26", "fd00::62/64", "fd00::63/64"});
  blue.routes = {route("0.0.0.0/0", "192.168.0.2"), route("::/0", "fd00::1"),
                 route("fd01::/64", "fe80::1")};
  blue.mtu = 1450;
  NetworkPlan plan = plan_of({blue});
  plan.default_route = "blue";
  return {"dual-stack", plan};
}

Scenario name_service() {
  Attachment blue = static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26"});
  blue.dns.servers = {IpAddress::parse("10.0.0.53"), IpAddress::parse("fd00::53")};
  blue.dns.search = {"corp.example", "example"};
  return {"name-service", plan_of({blue})};
}

Scenario guest_name() {
  Attachment blue = static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26"});
  blue.guest_name = "ens192";
  Attachment green = dhcp_nic("green", "02:00:00:00:00:02");
  green.guest_name = "dmz0";
  green.dhcp_metric = 2001;
  return {"guest-name", plan_of({blue, green})};
}

Scenario learnt_ipv6() {
  Attachment both = dhcp_nic("both", "02:00:00:00:00:01");
  both.ipv6 = Ipv6Method::kDhcp;
  both.dhcp_metric = 2000;
  Attachment ra = dhcp_nic("ra", "02:00:00:00:00:02");
  ra.ipv6 = Ipv6Method::kAuto;
  Attachment six = nic("six", "02:00:00:00:00:03");
  six.ipv6 = Ipv6Method::kAuto;
  return {"learnt-ipv6", plan_of({both, ra, six})};
}

Scenario misleading_names() {
  return {"misleading-names",
          plan_of({dhcp_nic("eth0", "02:00:00:00:00:01"), dhcp_nic("on", "02:00:00:00:00:02"),
                   dhcp_nic("a_b", "02:00:00:00:00:03"), dhcp_nic("A-b", "02:00:00:00:00:04"),
                   dhcp_nic("100", "02:00:00:00:00:05")})};
}

// The article's VM: pod network by masquerade, 192.168.0.62 from the NAD's IPAM, one from the
// annotation, one from the network's own DHCP server.
Scenario demo() {
  Attachment ipam = static_nic("net-ipam", "02:00:00:00:00:01", {"192.168.0.62/26"});
  ipam.routes = {route("0.0.0.0/0", "192.168.0.2")};
  ipam.routes[0].metric = 2001;
  ipam.mtu = 1500;
  Attachment annotated = static_nic("net-annotation", "02:00:00:00:00:02", {"192.168.0.63/26"});
  annotated.mtu = 1500;
  Attachment dhcp = dhcp_nic("net-dhcp", "02:00:00:00:00:03");
  dhcp.dhcp_metric = 2003;
  dhcp.mtu = 1500;
  NetworkPlan plan = plan_of({ipam, annotated, dhcp}, {kPodNetwork});
  plan.default_route = "default";
  return {"demo", plan};
}

std::vector<Scenario> scenarios() {
  return {
      {"static-ipv4", plan_of({static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26"})})},
      {"static-ipv6", plan_of({static_nic("blue", "02:00:00:00:00:01", {"fd00::62/64"})})},
      {"dhcp", plan_of({dhcp_nic("blue", "02:00:00:00:00:01")})},
      {"none", plan_of({nic("blue", "02:00:00:00:00:01")}, {kPodNetwork})},
      routes_and_gateway(),
      dual_stack(),
      name_service(),
      guest_name(),
      learnt_ipv6(),
      misleading_names(),
      demo(),
  };
}

namespace {

const std::filesystem::path kGolden = std::filesystem::path(TEST_SOURCE_DIR) / "cloudinit/golden";

class GoldenTest : public testing::TestWithParam<Scenario> {};

TEST_P(GoldenTest, IsWhatTheGuestIsTold) {
  Diagnostics diagnostics;
  const std::string text = render_v2(GetParam().plan, diagnostics);
  const auto path = kGolden / (GetParam().name + ".yaml");
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  EXPECT_EQ(text, read_text(path));
  EXPECT_FALSE(has_errors(diagnostics));
}

INSTANTIATE_TEST_SUITE_P(, GoldenTest, testing::ValuesIn(scenarios()), [](const auto& golden) {
  std::string name;
  for (const char c : golden.param.name) name += c == '-' ? '_' : c;
  return name;
});

// A file that no scenario writes would go on being tested by the oracle for nothing.
TEST(GoldenFiles, EachBelongsToAScenario) {
  std::set<std::string> expected;
  for (const Scenario& scenario : scenarios()) expected.insert(scenario.name + ".yaml");
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(kGolden)) {
    found.insert(file.path().filename());
  }
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace patchbay::cloudinit
