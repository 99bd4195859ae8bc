// What a guest is told of a NIC, and each mistake that Forklift's history has of it (Forklift and
// virt-v2v hand on every address of a guest, by MAC, and were wrong in all of these).
#include "cli/nic_wishes.h"

#include "plans.h"

namespace patchbay::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

ImportPlan seeded(const std::string& guest_info, const std::string& more = "") {
  return plan_of({vm_info("a", guest_info)},
                 std::string(kTwoNetworks) + "guestConfig: seed\n" + more);
}

// Of both NICs, in their order.
std::vector<NetworkWishes> wishes_of(const ImportPlan& plan) {
  EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty());
  std::vector<NetworkWishes> wishes;
  for (const NicPlan& nic : plan.vms.at(0).nics) wishes.push_back(nic.wishes.value());
  EXPECT_THAT(wishes, SizeIs(2));
  return wishes;
}

Route route(const std::string& to, const std::string& via) {
  return {.to = IpPrefix::parse(to), .via = IpAddress::parse(via)};
}

const std::string kSecond = guest_nic(4001, {"10.0.1.1/24 manual"});

TEST(NicWishes, ForkliftsMacsInAnyCaseAreOneNic) {
  const std::string upper =
      R"({"deviceConfigId":-2,"macAddress":"00-50-56-00-00-AB","ipConfig":{"ipAddress":[)"
      R"({"ipAddress":"10.0.0.1","prefixLength":24,"origin":"manual"}]}})";
  const ImportPlan plan = plan_of({vm_info("a", guest(upper + "," + kSecond), "ab")},
                                  std::string(kTwoNetworks) + "guestConfig: seed\n");
  EXPECT_EQ(to_string(wishes_of(plan)[0].addresses), "10.0.0.1/24");
  EXPECT_EQ(plan.vms.at(0).nics.at(0).mac->to_string(), "00:50:56:00:00:ab");
}

TEST(NicWishes, TheHardwaresOrderHoldsNotTheGuests) {
  const auto wishes =
      wishes_of(seeded(guest(kSecond + "," + guest_nic(4000, {"10.0.0.1/24 manual"}))));
  EXPECT_EQ(to_string(wishes[0].addresses), "10.0.0.1/24");
  EXPECT_EQ(to_string(wishes[1].addresses), "10.0.1.1/24");
}

TEST(NicWishes, AGatewayIsItsSubnetsWhateverDeviceSays) {
  const std::string nics = guest_nic(4000, {"10.0.0.1/24 manual"}) + "," + kSecond;
  const auto wishes = wishes_of(seeded(guest(nics, guest_route("0.0.0.0", 0, "10.0.1.254", "0"))));
  EXPECT_THAT(wishes[0].routes, IsEmpty());
  EXPECT_THAT(wishes[1].routes, ElementsAre(route("0.0.0.0/0", "10.0.1.254")));
}

TEST(NicWishes, AGatewayInAnotherSubnetIsKeptAndSaid) {
  const std::string nics = guest_nic(4000, {"10.0.0.1/24 manual"}) + "," + kSecond;
  const ImportPlan plan = seeded(guest(nics, guest_route("0.0.0.0", 0, "10.9.9.9", "0")));
  EXPECT_THAT(wishes_of(plan)[0].routes, ElementsAre(route("0.0.0.0/0", "10.9.9.9")));
  EXPECT_THAT(warnings_of(plan.diagnostics),
              ElementsAre(AllOf(HasSubstr("VM \"a\", NIC 0"), HasSubstr("outside its subnets"))));
}

TEST(NicWishes, AnAddressIsNoOthersBeginning) {
  const auto wishes = wishes_of(seeded(guest(guest_nic(4000, {"10.0.0.11/24 manual"}) + "," +
                                             guest_nic(4001, {"10.0.0.1/24 manual"}))));
  EXPECT_EQ(to_string(wishes[0].addresses), "10.0.0.11/24");
  EXPECT_EQ(to_string(wishes[1].addresses), "10.0.0.1/24");
}

TEST(NicWishes, AllAddressesOfANicInTheirOrder) {
  const auto wishes = wishes_of(seeded(
      guest(guest_nic(4000, {"10.0.0.9/24 manual", "10.0.0.1/24 manual", "fd00::1/64 manual"}) +
            "," + kSecond)));
  EXPECT_EQ(to_string(wishes[0].addresses), "10.0.0.9/24, 10.0.0.1/24, fd00::1/64");
  EXPECT_EQ(wishes[0].ipv4, Ipv4Method::kStatic);
  EXPECT_EQ(wishes[0].ipv6, Ipv6Method::kStatic);
}

TEST(NicWishes, DhcpGivesOneIpv4Address) {
  const std::string nics =
      guest_nic(4000, {"10.0.0.9/24 manual", "10.0.0.1/24 manual", "fd00::1/64 manual"}) + "," +
      kSecond;
  const ImportPlan plan =
      plan_of({vm_info("a", guest(nics))}, std::string(kTwoNetworks) + "guestConfig: dhcp\n");
  EXPECT_THAT(warnings_of(plan.diagnostics),
              ElementsAre(AllOf(HasSubstr("NIC 0"), HasSubstr("10.0.0.9/24, 10.0.0.1/24, and"))));
}

TEST(NicWishes, AnEmptyOriginIsForTheMapToDecide) {
  const std::string nics = guest(guest_nic(4000, {"10.0.0.1/24"}) + "," + kSecond);
  const ImportPlan plan = seeded(nics);
  EXPECT_THAT(errors_of(plan.diagnostics),
              ElementsAre(AllOf(HasSubstr("VM \"a\", NIC 0"), HasSubstr("treatUnknownAs"))));
  EXPECT_THAT(plan.vms.at(0).nics, SizeIs(1));
  EXPECT_EQ(to_string(wishes_of(seeded(nics, "treatUnknownAs: static\n"))[0].addresses),
            "10.0.0.1/24");
  const auto dhcp = wishes_of(seeded(nics, "treatUnknownAs: dhcp\n"));
  EXPECT_EQ(dhcp[0], NetworkWishes{.ipv4 = Ipv4Method::kDhcp});
  EXPECT_EQ(to_string(dhcp[1].addresses), "10.0.1.1/24") << "which is known";
  EXPECT_EQ(
      wishes_of(seeded(nics, "treatUnknownAs: static\nvms: {a: {treatUnknownAs: dhcp}}\n"))[0],
      dhcp[0]);
}

TEST(NicWishes, WhatDhcpGaveIsNotMadeStatic) {
  const auto wishes = wishes_of(seeded(guest(guest_nic(4000, {"10.0.0.1/24 dhcp"}) + "," + kSecond,
                                             guest_route("0.0.0.0", 0, "10.0.0.254", "0"))));
  EXPECT_EQ(wishes[0], NetworkWishes{.ipv4 = Ipv4Method::kDhcp});
}

TEST(NicWishes, BridgesInsideTheGuestAndLinkLocalAddressesAreNobodys) {
  const auto wishes = wishes_of(seeded(
      guest(guest_nic(-1, {"172.17.0.1/16 manual"}, R"(,"macAddress":"02:42:ac:11:00:01")") + "," +
            guest_nic(4000, {"10.0.0.1/24 manual", "fe80::1/64 manual"}) + "," + kSecond)));
  EXPECT_EQ(to_string(wishes[0].addresses), "10.0.0.1/24");
  EXPECT_EQ(wishes[0].ipv6, std::nullopt);
}

TEST(NicWishes, RoutersGiveWhatRoutersGave) {
  const auto wishes = wishes_of(
      seeded(guest(guest_nic(4000, {"fd00::250:56ff:fe00:1/64 linklayer", "fd00::77/64 random"}) +
                       "," + guest_nic(4001, {"10.0.1.1/24 manual", "fd01::1/64 manual"}),
                   guest_route("::", 0, "fe80::1", "1"))));
  EXPECT_EQ(wishes[0], (NetworkWishes{.ipv4 = Ipv4Method::kNone, .ipv6 = Ipv6Method::kAuto}));
  EXPECT_THAT(wishes[1].routes, ElementsAre(route("::/0", "fe80::1")));
}

TEST(NicWishes, DhcpOfIpv6IsThat) {
  EXPECT_EQ(wishes_of(seeded(guest(guest_nic(4000, {"fd00::77/128 dhcp"}) + "," + kSecond)))[0],
            (NetworkWishes{.ipv4 = Ipv4Method::kNone, .ipv6 = Ipv6Method::kDhcp}));
}

TEST(NicWishes, RoutesAndNameServersGoWithTheirNic) {
  const std::string dns =
      R"(,"dnsConfig":{"ipAddress":["10.0.0.53"],"searchDomain":["corp.example.","no domain"]})";
  const ImportPlan plan = seeded(guest(guest_nic(4000, {"10.0.0.1/24 manual"}, dns) + "," + kSecond,
                                       guest_route("10.9.0.0", 16, "10.0.0.3", "0")));
  const NetworkWishes wishes = wishes_of(plan)[0];
  EXPECT_THAT(wishes.routes, ElementsAre(route("10.9.0.0/16", "10.0.0.3")));
  EXPECT_EQ(wishes.dns, (Dns{{IpAddress::parse("10.0.0.53")}, {"corp.example"}, {}}));
  EXPECT_THAT(warnings_of(plan.diagnostics), ElementsAre(HasSubstr("\"no domain\"")));
}

TEST(NicWishes, OfTwoDefaultRoutesOneIsKeptAndTheOtherSaid) {
  const std::string routes = guest_route("0.0.0.0", 0, "10.0.0.254", "0") + "," +
                             guest_route("0.0.0.0", 0, "10.0.1.254", "1");
  const std::string nics = guest_nic(4000, {"10.0.0.1/24 manual"}) + "," + kSecond;
  const ImportPlan plan = seeded(guest(nics, routes));
  const auto wishes = wishes_of(plan);
  EXPECT_EQ(wishes[0].default_route, true);
  EXPECT_EQ(wishes[1].default_route, std::nullopt);
  EXPECT_THAT(warnings_of(plan.diagnostics),
              ElementsAre(AllOf(HasSubstr("NIC 1 has a second IPv4 default route, via 10.0.1.254"),
                                HasSubstr("NIC 0's is kept"))));
}

TEST(NicWishes, AGatewayBeatsThePodNetworks) {
  const ImportPlan plan =
      plan_of({vm_info("a", guest(guest_nic(4000, {"10.0.0.1/24 manual"}) + "," + kSecond,
                                  guest_route("0.0.0.0", 0, "10.0.1.254", "1")))},
              "guestConfig: seed\nnetworks: [{from: {key: dvportgroup-1}, to: pod},"
              " {from: {key: dvportgroup-2}, to: {nad: x, bridge: b}}]");
  EXPECT_EQ(plan.vms.at(0).nics.at(0).wishes, std::nullopt);
  EXPECT_EQ(plan.vms.at(0).nics.at(1).wishes->default_route, true);
}

TEST(NicWishes, NameServersOfNoNicGoWhereTheDefaultRouteIs) {
  const std::string stack =
      R"(,"ipStack":[{"dnsConfig":{"ipAddress":["127.0.0.53","10.0.1.53","10.0.0.53"]},)"
      R"("ipRouteConfig":{"ipRoute":[)" +
      guest_route("0.0.0.0", 0, "10.0.1.254", "1") + "]}}]";
  const std::string own = R"(,"dnsConfig":{"ipAddress":["10.0.0.53"]})";
  const auto wishes = wishes_of(seeded(
      guest(guest_nic(4000, {"10.0.0.1/24 manual"}, own) + "," +
            guest_nic(4001, {"10.0.1.1/24 manual"}, R"(,"dnsConfig":{"ipAddress":["10.0.1.9"]})")) +
      stack));
  EXPECT_THAT(wishes[0].dns->servers, ElementsAre(IpAddress::parse("10.0.0.53")));
  EXPECT_THAT(wishes[1].dns->servers,
              ElementsAre(IpAddress::parse("10.0.1.9"), IpAddress::parse("10.0.1.53")));
}

TEST(NicWishes, AnAddressThatNoHostCanHaveIsAnError) {
  for (const char* address : {"10.0.0.0/24", "10.0.0.255/24"}) {
    const ImportPlan plan =
        seeded(guest(guest_nic(4000, {std::string(address) + " manual"}) + "," + kSecond));
    EXPECT_THAT(errors_of(plan.diagnostics), ElementsAre(HasSubstr(address)));
    EXPECT_THAT(plan.vms.at(0).nics, SizeIs(1));
  }
}

const char kOvirtNetworks[] =
    "guestConfig: seed\ntreatUnknownAs: static\n"
    "networks: [{from: {key: p}, to: {nad: x, bridge: b";

std::string ovirt_vm() {
  return R"({"id":"1","name":"a","nics":{"nic":[{"interface":"virtio",)"
         R"("mac":{"address":"56:6f:00:00:00:01"},"vnic_profile":{"id":"p"},"reported_devices":)"
         R"({"reported_device":[{"name":"ens3","mac":{"address":"56:6f:00:00:00:01"},"ips":{"ip":)"
         R"([{"address":"192.0.2.9"}]}}]}}]}})";
}

TEST(NicWishes, AMissingPrefixLengthIsTheSubnetsOrAnError) {
  EXPECT_THAT(errors_of(plan_of({ovirt_vm()}, std::string(kOvirtNetworks) + "}}]").diagnostics),
              ElementsAre(AllOf(HasSubstr("192.0.2.9"), HasSubstr("subnets: [10.0.0.0/24]"))));
  const ImportPlan plan =
      plan_of({ovirt_vm()}, std::string(kOvirtNetworks) +
                                ", subnets: [192.0.0.0/16, 192.0.2.0/26, fd00::/64]}}]");
  EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty());
  EXPECT_EQ(to_string(plan.vms.at(0).nics.at(0).wishes->addresses), "192.0.2.9/26");
}

TEST(NicWishes, AGuestThatReportsNothingIsNotGuessed) {
  EXPECT_THAT(errors_of(seeded("").diagnostics), ElementsAre(HasSubstr("treatUnknownAs")));
  EXPECT_THAT(errors_of(seeded("", "treatUnknownAs: static\n").diagnostics),
              ElementsAre(HasSubstr("no source says which"), HasSubstr("no source says which")));
  EXPECT_EQ(wishes_of(seeded("", "treatUnknownAs: dhcp\n"))[0],
            NetworkWishes{.ipv4 = Ipv4Method::kDhcp});
}

TEST(NicWishes, ANicWithoutAddressInTheGuestGetsNone) {
  const ImportPlan plan =
      seeded(guest(guest_nic(4000, {}) + "," + kSecond), "treatUnknownAs: static\n");
  EXPECT_EQ(wishes_of(plan)[0],
            (NetworkWishes{.ipv4 = Ipv4Method::kNone, .ipv6 = Ipv6Method::kNone}));
  EXPECT_THAT(warnings_of(plan.diagnostics), ElementsAre(HasSubstr("has no address")));
}

TEST(NicWishes, AddressesOfVlansInsideTheGuestAreNotTheNics) {
  const Inventory inventory =
      import({"vm.info/nfv07-alma.json", "network/collect-dvportgroups.json"});
  const std::string map =
      "treatUnknownAs: static\nnetworks: [{from: {key: dvportgroup-57}, to: {nad: t, exists: "
      "true}},"
      " {from: {key: dvportgroup-45}, to: ignore}, {from: {key: network-65}, to: ignore},"
      " {from: {key: network-64}, to: ignore}]\n";
  EXPECT_THAT(errors_of(plan_import(inventory, map_of(map + "guestConfig: seed\n")).diagnostics),
              ElementsAre(AllOf(HasSubstr("NIC 2"), HasSubstr("VLANs inside the guest"))));
  EXPECT_THAT(errors_of(plan_import(inventory, map_of(map)).diagnostics), IsEmpty());
}

}  // namespace
}  // namespace patchbay::cli
