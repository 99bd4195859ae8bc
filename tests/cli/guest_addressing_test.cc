// What of a guest's addresses is its own, and whose the gateways are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources.h"

namespace patchbay::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::string address(const std::string& text, const std::string& length, const std::string& origin) {
  return R"({"ipAddress":")" + text + R"(","prefixLength":)" + length +
         (origin.empty() ? "" : R"(,"origin":")" + origin + "\"") + "}";
}

std::string nic(const std::string& key, const std::string& addresses,
                const std::string& rest = "") {
  return R"({"deviceConfigId":)" + key + R"(,"ipConfig":{"ipAddress":[)" + addresses + "]" + rest +
         "}}";
}

std::string route(const std::string& to, const std::string& length, const std::string& via,
                  const std::string& device) {
  return R"({"network":")" + to + R"(","prefixLength":)" + length + R"(,"gateway":{)" +
         (via.empty() ? "" : R"("ipAddress":")" + via + "\",") + R"("device":")" + device + "\"}}";
}

Vm import_guest(const std::string& nics, const std::string& routes, const std::string& dns = "") {
  const std::string text =
      vm_info("a", R"("net":[)" + nics + R"(],"ipStack":[{"ipRouteConfig":{"ipRoute":[)" + routes +
                       R"(]},"dnsConfig":{"ipAddress":[)" + dns + "]}}]");
  return import_texts({text}).vms.at("a");
}

const std::string kTwo = nic("4000", address("10.0.0.1", "24", "manual")) + "," +
                         nic("4001", address("10.0.1.1", "24", "manual"));

TEST(GuestAddressing, AGatewayIsItsSubnetsWhateverTheDeviceSays) {
  const Vm vm = import_guest(kTwo, route("0.0.0.0", "0", "10.0.1.254", "0"));
  EXPECT_EQ(vm.nics[0].addressing.gateway4, std::nullopt);
  EXPECT_EQ(vm.nics[1].addressing.gateway4, IpAddress::parse("10.0.1.254"));
  EXPECT_THAT(vm.nics[1].warnings, IsEmpty());
}

TEST(GuestAddressing, InTwoSubnetsTheDeviceDecides) {
  const std::string same = nic("4000", address("10.0.0.1", "24", "manual")) + "," +
                           nic("4001", address("10.0.0.2", "24", "manual"));
  const Vm vm = import_guest(same, route("0.0.0.0", "0", "10.0.0.254", "1"));
  EXPECT_EQ(vm.nics[0].addressing.gateway4, std::nullopt);
  EXPECT_EQ(vm.nics[1].addressing.gateway4, IpAddress::parse("10.0.0.254"));
}

TEST(GuestAddressing, AHostRouteReachesAGatewayOutsideTheSubnet) {
  const Vm vm = import_guest(
      kTwo, route("192.0.2.1", "32", "", "0") + "," + route("0.0.0.0", "0", "192.0.2.1", "0"));
  EXPECT_EQ(vm.nics[0].addressing.gateway4, IpAddress::parse("192.0.2.1"));
  EXPECT_THAT(vm.nics[0].warnings, IsEmpty());
  const Vm without = import_guest(kTwo, route("0.0.0.0", "0", "192.0.2.1", "0"));
  EXPECT_THAT(without.nics[0].warnings, ElementsAre(NicWarning::kGatewayOutsideSubnet));
}

TEST(GuestAddressing, AGatewayOfNoNicIsSaid) {
  const Vm vm = import_guest(kTwo, route("0.0.0.0", "0", "192.0.2.1", "7"));
  EXPECT_THAT(vm.warnings, ElementsAre("gateway-without-nic"));
  EXPECT_THAT(vm.ignored, ElementsAre("gateway 192.0.2.1 (no virtual NIC)"));
}

TEST(GuestAddressing, ARoutersAdvertisementIsNoStaticGateway) {
  const Vm vm = import_guest(nic("4000", address("2001:db8::5", "64", "linklayer")),
                             route("::", "0", "fe80::1", "0"));
  EXPECT_EQ(vm.nics[0].addressing.gateway6, std::nullopt);
  EXPECT_THAT(vm.nics[0].addressing.observed,
              ElementsAre("2001:db8::5/64 (SLAAC: origin linklayer)", "gateway fe80::1 (RA)"));
  const Vm fixed = import_guest(nic("4000", address("2001:db8::5", "64", "manual")),
                                route("::", "0", "fe80::1", "0"));
  EXPECT_EQ(fixed.nics[0].addressing.gateway6, IpAddress::parse("fe80::1"));
}

TEST(GuestAddressing, AnAddressMadeOfTheMacIsNotOfferedAsOnesOwn) {
  // NIC 4000 is 00:50:56:00:00:01.
  const Vm vm = import_guest(nic("4000", address("2001:db8::250:56ff:fe00:1", "64", "") + "," +
                                             address("2001:db8::7", "64", "")),
                             "");
  ASSERT_EQ(vm.nics[0].addressing.addresses.size(), 1U);
  EXPECT_EQ(to_string(vm.nics[0].addressing.addresses[0]), "2001:db8::7/64");
}

TEST(GuestAddressing, FamiliesCanDiffer) {
  const Vm vm = import_guest(
      nic("4000", address("10.0.0.5", "24", "dhcp") + "," + address("2001:db8::5", "64", "manual")),
      "");
  EXPECT_EQ(vm.nics[0].addressing.ipv4, Method::kDhcp);
  EXPECT_EQ(vm.nics[0].addressing.ipv6, Method::kStatic);
  EXPECT_EQ(vm.nics[0].addressing.method, Method::kStatic);
  EXPECT_THAT(vm.nics[0].addressing.observed, ElementsAre("10.0.0.5/24"));
}

TEST(GuestAddressing, WithoutOriginButWithDhcpItIsDhcps) {
  const Vm vm = import_guest(
      nic("4000", address("10.0.0.5", "24", ""), R"(,"dhcp":{"ipv4":{"enable":true}})"), "");
  EXPECT_EQ(vm.nics[0].addressing.method, Method::kDhcp);
  EXPECT_THAT(vm.nics[0].addressing.addresses, IsEmpty());
}

TEST(GuestAddressing, DuplicatesZonesAndNonsense) {
  const Vm vm = import_guest(
      nic("4000", address("10.0.0.5", "24", "manual") + "," + address("10.0.0.5", "24", "manual") +
                      "," + address("fe80::1%12", "64", "linklayer") + "," +
                      address("rubbish", "64", "manual")),
      "");
  EXPECT_EQ(vm.nics[0].addressing.addresses.size(), 1U);
  EXPECT_THAT(vm.ignored, ElementsAre("fe80::1/64", "rubbish (no address)"));
}

TEST(GuestAddressing, AnImpossibleLengthIsSetAsideAlone) {
  const Vm vm = import_guest(
      nic("4000", address("10.0.0.5", "200", "manual") + "," + address("10.0.0.6", "24", "manual")),
      route("10.1.0.0", "33", "10.0.0.254", "0") + "," + route("0.0.0.0", "-1", "10.0.0.254", "0") +
          "," + route("0.0.0.0", "0", "10.0.0.1", "0"));
  ASSERT_EQ(vm.nics[0].addressing.addresses.size(), 1U);
  EXPECT_EQ(to_string(vm.nics[0].addressing.addresses[0]), "10.0.0.6/24");
  EXPECT_EQ(vm.nics[0].addressing.gateway4, IpAddress::parse("10.0.0.1"));
  EXPECT_THAT(vm.ignored,
              ElementsAre("10.0.0.5/200 (no prefix length)", "10.1.0.0/33 (no prefix length)",
                          "0.0.0.0/-1 (no prefix length)"));
}

TEST(GuestAddressing, TheGuestsOwnResolverIsNoServerForAnother) {
  const Vm vm =
      import_guest(kTwo, route("0.0.0.0", "0", "10.0.0.254", "0"), R"("127.0.0.53","192.0.2.53")");
  EXPECT_THAT(vm.nics[0].addressing.dns, ElementsAre(IpAddress::parse("192.0.2.53")));
  EXPECT_THAT(vm.nics[1].addressing.dns, IsEmpty());
  EXPECT_THAT(vm.warnings, ElementsAre("local-resolver"));
}

TEST(GuestAddressing, DnsOfNoNicIsKeptForTheVm) {
  const Vm vm = import_guest(kTwo, "", R"("192.0.2.53")");
  ASSERT_TRUE(vm.global_dns);
  EXPECT_THAT(vm.global_dns->servers, ElementsAre(IpAddress::parse("192.0.2.53")));
  EXPECT_THAT(vm.warnings, ElementsAre("dns-without-nic"));
}

TEST(GuestAddressing, ADockerBridgesRoutesAreIgnored) {
  const Vm vm = import_guest(
      kTwo + "," + nic("-1", address("172.17.0.1", "16", "")),
      route("10.9.0.0", "16", "172.17.0.9", "2") + "," + route("10.8.0.0", "16", "10.0.0.9", "0"));
  EXPECT_THAT(vm.nics[0].addressing.routes,
              ElementsAre(NicRoute{IpPrefix::parse("10.8.0.0/16"), IpAddress::parse("10.0.0.9")}));
  EXPECT_THAT(vm.ignored, Contains("route 10.9.0.0/16 via 172.17.0.9 (no virtual NIC)"));
}

TEST(GuestAddressing, OldToolsSayNoLength) {
  const Vm vm = import_guest(R"({"deviceConfigId":4000,"ipAddress":["10.0.0.5"]})", "");
  EXPECT_THAT(vm.nics[0].warnings,
              ElementsAre(NicWarning::kOriginUnknown, NicWarning::kPrefixUnknown));
  EXPECT_THAT(vm.nics[1].warnings, ElementsAre(NicWarning::kNoGuestInfo));
  EXPECT_THAT(vm.warnings, Not(Contains("no-guest-info")));
}

}  // namespace
}  // namespace patchbay::cli
