#include "cloudinit/user_network_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::cloudinit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const UserAddress kV4{IpAddress::parse("192.168.0.62"), 26};
const UserAddress kV6{IpAddress::parse("fd00::62"), 64};

TEST(UserNetworkData, ReadsVersion2BareOrWrapped) {
  const std::string bare =
      "version: 2\n"
      "ethernets:\n"
      "  eth1: {dhcp4: yes}\n"
      "  enp2s0:\n"
      "    match: {macaddress: '02:00:00:00:00:0A'}\n"
      "    dhcp6: true\n"
      "    addresses: [192.168.0.62/26, {'fd00::62/64': {label: x}}]\n";
  std::string wrapped = "network:\n";
  for (size_t begin = 0; begin < bare.size();) {
    const size_t end = bare.find('\n', begin) + 1;
    wrapped += "  " + bare.substr(begin, end - begin);
    begin = end;
  }
  const UserNetworkData read = read_user_network_data(bare);
  EXPECT_EQ(read.form, UserForm::kV2);
  EXPECT_THAT(
      read.nics,
      ElementsAre(UserNic{"eth1", 3, std::nullopt, true, false, {}},
                  UserNic{"enp2s0", 4, Mac::parse("02:00:00:00:00:0a"), false, true, {kV4, kV6}}));
  EXPECT_EQ(read_user_network_data(wrapped).nics.at(1).mac, read.nics[1].mac);
}

TEST(UserNetworkData, ReadsVersion1) {
  const UserNetworkData read = read_user_network_data(
      "version: 1\n"
      "config:\n"
      "- {type: nameserver, address: 10.0.0.53}\n"
      "- type: physical\n"
      "  name: eth0\n"
      "  subnets: [{type: dhcp}, {type: ipv6_dhcpv6-stateful}]\n"
      "- type: physical\n"
      "  name: eth1\n"
      "  mac_address: 02:00:00:00:00:0a\n"
      "  subnets:\n"
      "  - {type: static, address: 192.168.0.62/26}\n"
      "  - {type: static, address: 10.0.0.1, netmask: 255.0.0.0}\n");
  EXPECT_EQ(read.form, UserForm::kV1);
  EXPECT_THAT(read.nics, ElementsAre(UserNic{"eth0", 4, std::nullopt, true, true, {}},
                                     UserNic{"eth1",
                                             7,
                                             Mac::parse("02:00:00:00:00:0a"),
                                             false,
                                             false,
                                             {kV4, {IpAddress::parse("10.0.0.1"), std::nullopt}}}));
}

TEST(UserNetworkData, ReadsNetworkDataJson) {
  const UserNetworkData read = read_user_network_data(
      "{\"links\": [\n"
      "  {\"id\": \"tap0\", \"type\": \"phy\", \"ethernet_mac_address\": \"02:00:00:00:00:0A\"},\n"
      "  {\"id\": \"v\", \"type\": \"vlan\", \"vlan_link\": \"tap0\"},\n"
      "  {\"id\": \"bond\", \"type\": \"bond\", \"bond_links\": [\"tap0\", \"tap1\"]}],\n"
      " \"networks\": [{\"id\": \"n\", \"link\": \"tap0\", \"type\": \"ipv4_dhcp\"},\n"
      "  {\"link\": \"tap0\", \"type\": \"ipv6\", \"ip_address\": \"fd00::62/64\"}]}");
  EXPECT_EQ(read.form, UserForm::kNetworkData);
  EXPECT_THAT(read.nics,
              ElementsAre(UserNic{"tap0", 2, Mac::parse("02:00:00:00:00:0a"), true, false, {kV6}},
                          UserNic{"tap1", 4, {}, false, false, {}}));
  EXPECT_THAT(read.ids, ElementsAre("tap0", "v", "bond", "n", "tap1"));
}

TEST(UserNetworkData, ReadsEni) {
  const UserNetworkData read = read_user_network_data(
      "# mine\n"
      "auto lo eth0\n"
      "iface lo inet loopback\n"
      "  address 10.0.0.1/8\n"
      "iface eth0 inet static\n"
      "  hwaddress ether 02:00:00:00:00:0A\n"
      "  address 192.168.0.62/26\n"
      "iface eth1 inet dhcp\n"
      "iface eth0 inet6 dhcp\n"
      "  address fd00::62/64\n"
      "  hwaddress random\n");
  EXPECT_EQ(read.form, UserForm::kEni);
  EXPECT_EQ(read.problem, "it is ENI text (/etc/network/interfaces)");
  EXPECT_THAT(
      read.nics,
      ElementsAre(UserNic{"eth0", 5, Mac::parse("02:00:00:00:00:0a"), false, true, {kV4, kV6}},
                  UserNic{"eth1", 8, {}, true, false, {}}));
}

// As PyYAML has them, or a NIC with a MAC would pass for one without.
TEST(UserNetworkData, FollowsAliasesAndMergeKeysOfEntries) {
  const UserNetworkData read = read_user_network_data(
      "version: 2\n"
      "x: [&dhcp {dhcp4: true}, &mac {match: {macaddress: '02:00:00:00:00:0a'}, dhcp4: false}]\n"
      "ethernets:\n"
      "  a: {<<: [*dhcp, *mac]}\n"
      "  b: &b {<<: *mac, dhcp6: on}\n"
      "  c: *b\n"
      "  d: &d {<<: *d}\n");
  const Mac mac = Mac::parse("02:00:00:00:00:0a");
  EXPECT_THAT(
      read.nics,
      ElementsAre(UserNic{"a", 4, mac, true, false, {}}, UserNic{"b", 5, mac, false, true, {}},
                  UserNic{"c", 6, mac, false, true, {}}, UserNic{"d", 7, {}, false, false, {}}));
  EXPECT_THAT(read_user_network_data("version: 2\nethernets: &e {<<: *e}\n").nics,
              ElementsAre(UserNic{"<<", 2, {}, false, false, {}}));
}

TEST(UserNetworkData, KnowsTheNamesAndMembersOfOtherDevices) {
  const UserNetworkData v2 = read_user_network_data(
      "network:\n"
      "  version: 2\n"
      "  ethernets: {m: {match: {macaddress: '02:00:00:00:00:0a'}}}\n"
      "  nm-devices: {n: {}}\n"
      "  bonds: {bond0: {interfaces: [m, eth1]}}\n"
      "  vlans: {v: {id: 7, link: bond0}}\n"
      "  wifis: {w: {}}\n");
  EXPECT_TRUE(v2.wrapped);
  EXPECT_THAT(v2.ids, ElementsAre("m", "n", "bond0", "v", "w", "eth1"));
  EXPECT_THAT(v2.nics, ElementsAre(testing::Field(&UserNic::label, "m"),
                                   testing::Field(&UserNic::label, "n"),
                                   testing::Field(&UserNic::label, "eth1")));
  const UserNetworkData v1 = read_user_network_data(
      "version: 1\n"
      "config:\n"
      "- {type: bond, name: bond0, bond_interfaces: [eth1, m]}\n"
      "- {type: physical, name: m, mac_address: '02:00:00:00:00:0a'}\n"
      "- {type: vlan, name: v, vlan_link: eth2}\n");
  EXPECT_FALSE(v1.wrapped);
  EXPECT_THAT(v1.ids, ElementsAre("bond0", "m", "v", "eth1", "eth2"));
  EXPECT_EQ(v1.nics.size(), 3U);
}

TEST(UserNetworkData, WhatIsMalformedInsideSaysLess) {
  for (const std::string text :
       {"version: 2\nethernets: [a]\n", "version: 2\nethernets:\n", "version: 2\n",
        "version: 1\nconfig: disabled\n", "version: 1\nconfig:\n- physical\n- [x]\n- 3\n"}) {
    EXPECT_THAT(read_user_network_data(text).nics, IsEmpty()) << text;
    EXPECT_NE(read_user_network_data(text).form, UserForm::kUnknown) << text;
  }
  EXPECT_THAT(
      read_user_network_data("version: 2\nethernets:\n  a: 7\n  b: {match: x, addresses: "
                             "{a: b}}\n  c: {addresses: [[x], none, 1.2.3/4]}\n")
          .nics,
      ElementsAre(UserNic{"a", 3, {}, false, false, {}}, UserNic{"b", 4, {}, false, false, {}},
                  UserNic{"c", 5, {}, false, false, {}}));
}

// The text can hold secrets: a problem says where, never what.
TEST(UserNetworkData, ABrokenTextIsNamedByItsLineOnly) {
  const UserNetworkData read = read_user_network_data("version: 2\npsk: [secret\n");
  EXPECT_EQ(read.form, UserForm::kUnknown);
  EXPECT_THAT(read.problem, testing::HasSubstr("it is not YAML (line "));
  EXPECT_THAT(read.problem, testing::Not(testing::HasSubstr("secret")));
}

TEST(UserNetworkData, ALongTextIsNotRead) {
  const std::string fits = "version: 2\n#" + std::string((1 << 20) - 12, 'x');
  EXPECT_EQ(read_user_network_data(fits).form, UserForm::kV2);
  EXPECT_EQ(read_user_network_data(fits + "x").problem, "it is longer than 1 MiB");
}

// yaml-cpp 0.7's LoadAll never comes back from the first two.
TEST(UserNetworkData, StrayTokensAndSelfReferenceEnd) {
  for (const std::string text : {",", ",version: 2\n", "]", "}", "&a [*a]", "---\n---\n"}) {
    EXPECT_EQ(read_user_network_data(text).form, UserForm::kUnknown) << text;
  }
}

TEST(UserNetworkData, DeepNestingAndAliasBombsEnd) {
  EXPECT_EQ(read_user_network_data(std::string(100000, '[')).form, UserForm::kUnknown);
  EXPECT_EQ(read_user_network_data("version: 2\nethernets: " + std::string(100000, '{')).form,
            UserForm::kUnknown);

  std::string bomb = "a: &a [1.2.3.4, 1.2.3.4]\n";
  for (char c = 'b'; c <= 'z'; ++c) {
    bomb += std::string{c} + ": &" + c + " [*" + static_cast<char>(c - 1) + ", *" +
            static_cast<char>(c - 1) + "]\n";
  }
  bomb += "version: 2\nethernets: {nic: {addresses: *z}}\n";
  EXPECT_THAT(read_user_network_data(bomb).nics.at(0).addresses, IsEmpty());
}

TEST(UserNetworkData, ManyEntriesByAliasAreReadInPart) {
  std::string addresses = "addresses: &list [";
  for (int i = 0; i < 2000; ++i) addresses += "192.168.0.62/26, ";
  std::string text = addresses + "]\nversion: 2\nethernets:\n";
  for (int i = 0; i < 1100; ++i) text += "  n" + std::to_string(i) + ": {addresses: *list}\n";
  const UserNetworkData read = read_user_network_data(text);
  EXPECT_EQ(read.nics.size(), 1000U);
  EXPECT_EQ(read.nics.back().addresses.size(), 1000U);
}

}  // namespace
}  // namespace patchbay::cloudinit
