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
  Attachment annotated = static_nic("net-annotation", "02:00:00:00:00:02", {"192.168.0.61/26"});
  annotated.mtu = 1500;
  Attachment dhcp = dhcp_nic("net-dhcp", "02:00:00:00:00:03");
  dhcp.dhcp_metric = 2003;
  dhcp.mtu = 1500;
  NetworkPlan plan = plan_of({ipam, annotated, dhcp}, {kPodNetwork});
  plan.default_route = "default";
  return {"demo", plan};
}

// All are listed, and the boot waits for the default route's alone.
Scenario other_nics() {
  NetworkPlan plan = plan_of({static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26"})},
                             {kPodNetwork,
                              {"storage", "bridge", Mac::parse("02:00:00:00:00:02"), 2002},
                              {"fast", "sriov", Mac::parse("02:00:00:00:00:03"), {}}});
  plan.order = {"storage", "default", "blue", "fast"};
  plan.default_route = "default";
  return {"other-nics", plan};
}

// 192.168.0.62/32, as some providers give it, and a gateway that no subnet holds.
Scenario gateway_outside() {
  Attachment blue = static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/32"});
  blue.routes = {route("0.0.0.0/0", "10.9.0.1"), route("10.0.0.0/8", "10.9.0.1")};
  NetworkPlan plan = plan_of({blue});
  plan.default_route = "blue";
  return {"gateway-outside", plan};
}

Scenario source_routing() {
  Attachment blue = static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26", "fd00::62/64"});
  blue.routes = {route("0.0.0.0/0", "192.168.0.2"), route("::/0", "fd00::1")};
  Attachment green = static_nic("green", "02:00:00:00:00:02", {"10.1.0.5/24", "fd01::5/128"});
  green.routes = {route("0.0.0.0/0", "10.1.0.1"), route("::/0", "fd77::1"),
                  route("172.16.0.0/12", "10.1.0.3")};
  green.source_routing = true;
  NetworkPlan plan = plan_of({blue, green});
  plan.order = {"blue", "green"};
  plan.default_route = "blue";
  plan.guest = Guest::kNetplan;
  return {"source-routing", plan};
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
      other_nics(),
      gateway_outside(),
      source_routing(),
  };
}

namespace {

const std::filesystem::path kGolden = std::filesystem::path(TEST_SOURCE_DIR) / "cloudinit/golden";

// A folder of golden files: what one kind of guest is told in one format.
struct Form {
  std::string folder;
  Format format;
  Guest guest;
  std::string suffix;
};

const std::vector<Form> kForms{
    {"v2", Format::kV2, Guest::kLinux, ".yaml"},
    {"v1", Format::kV1, Guest::kLinux, ".yaml"},
    {"network-data", Format::kNetworkData, Guest::kLinux, ".json"},
    {"netplan", Format::kV2, Guest::kNetplan, ".yaml"},
    {"windows", Format::kV1, Guest::kWindows, ".yaml"},
    {"windows-network-data", Format::kNetworkData, Guest::kWindows, ".json"},
};

// cloudbase-init wants a gateway in the subnet: see GuestRoutesTest.
bool suits(const Scenario& scenario, const Form& form) {
  if (scenario.name == "gateway-outside" && form.guest == Guest::kWindows) return false;
  return scenario.plan.guest == Guest::kLinux || scenario.plan.guest == form.guest;
}

std::filesystem::path file_of(const Scenario& scenario, const Form& form) {
  return kGolden / form.folder / (scenario.name + form.suffix);
}

using Case = std::pair<Form, Scenario>;

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Form& form : kForms) {
    for (const Scenario& scenario : scenarios()) {
      if (suits(scenario, form)) all.emplace_back(form, scenario);
    }
  }
  return all;
}

class GoldenTest : public testing::TestWithParam<Case> {};

TEST_P(GoldenTest, IsWhatTheGuestIsTold) {
  const auto& [form, scenario] = GetParam();
  NetworkPlan plan = scenario.plan;
  plan.guest = form.guest;
  Diagnostics diagnostics;
  const std::string text = render(plan, form.format, diagnostics);
  const auto path = file_of(scenario, form);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  EXPECT_EQ(text, read_text(path));
  EXPECT_FALSE(has_errors(diagnostics));
}

INSTANTIATE_TEST_SUITE_P(, GoldenTest, testing::ValuesIn(cases()), [](const auto& golden) {
  std::string name = golden.param.first.folder + "_" + golden.param.second.name;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

// A file that no scenario writes would go on being tested by the oracle for nothing.
TEST(GoldenFiles, EachBelongsToAScenario) {
  std::set<std::filesystem::path> expected;
  for (const auto& [form, scenario] : cases()) expected.insert(file_of(scenario, form));
  std::set<std::filesystem::path> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(kGolden)) {
    if (file.is_regular_file()) found.insert(file.path());
  }
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace patchbay::cloudinit
