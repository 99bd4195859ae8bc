// NICs of ours beside a user's, in every form. What cloud-init makes of the texts in merge/ is in
// tests/merge_oracle_test.py.
#include "cloudinit/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cloudinit/scenes.h"

namespace patchbay::cloudinit {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// As the renderers write them.
NicText blue(UserForm form, const std::string& id) {
  const std::string addresses = "\"192.168.0.62/26\"";
  const std::string v1 =
      "- {type: physical, name: \"" + id + "\", mac_address: \"02:00:00:00:00:aa\", mtu: 1400, " +
      "subnets: [{type: static, address: " + addresses +
      ", routes: [{network: \"172.16.0.0/12\", gateway: \"192.168.0.2\"}], dns_nameservers: " +
      "[\"192.168.0.53\"]}, {type: static, address: \"fd00::62/64\"}]}";
  const std::string v2 =
      id + ": {match: {macaddress: \"02:00:00:00:00:aa\"}, dhcp4: false, addresses: [" + addresses +
      ", \"fd00::62/64\"], routes: [{to: \"172.16.0.0/12\", via: \"192.168.0.2\"}], mtu: 1400, " +
      "nameservers: {addresses: [\"192.168.0.53\"]}}";
  return {id,
          form == UserForm::kV1 ? v1 : v2,
          R"({"id":")" + id +
              R"(","type":"phy","ethernet_mac_address":"02:00:00:00:00:aa","mtu":1400})",
          {R"({"id":")" + id + R"(-0","type":"ipv4","link":")" + id +
               R"(","ip_address":"192.168.0.62","netmask":"255.255.255.192","routes":[)" +
               R"({"network":"172.16.0.0","netmask":"255.240.0.0","gateway":"192.168.0.2"}],)" +
               R"("dns_nameservers":["192.168.0.53"]})",
           R"({"id":")" + id + R"(-1","type":"ipv6","link":")" + id +
               R"(","ip_address":"fd00::62","netmask":"ffff:ffff:ffff:ffff::"})"}};
}

NicText green(UserForm form) {
  return {"green",
          form == UserForm::kV1
              ? "- {type: physical, name: \"green\", mac_address: \"02:00:00:00:00:bb\", "
                "subnets: [{type: dhcp}]}"
              : "green: {match: {macaddress: \"02:00:00:00:00:bb\"}, dhcp4: true}",
          R"({"id":"green","type":"phy","ethernet_mac_address":"02:00:00:00:00:bb"})",
          {R"({"id":"green-0","type":"ipv4_dhcp","link":"green"})"}};
}

Spliced merged(const std::string& text) {
  const UserNetworkData user = read_user_network_data(text);
  std::vector<std::string> taken = user.ids;
  return merge_network_data(text, user,
                            {blue(user.form, free_id("blue", taken)), green(user.form)});
}

TEST(Merge, EveryScene) { EXPECT_GE(each_scene("cloudinit/merge", merged), 11); }

// Reading the result finds the user's NICs as they were, and ours.
TEST(Merge, IsReadBackWithAllOfThem) {
  const std::string text =
      "version: 2\nethernets:\n  a:\n    match: {macaddress: '02:00:00:00:00:01'}\n";
  const UserNetworkData read = read_user_network_data(merged(text).text);
  ASSERT_EQ(read.nics.size(), 3U);
  EXPECT_EQ(read.nics[0].mac, Mac::parse("02:00:00:00:00:aa"));
  EXPECT_EQ(read.nics[0].addresses.size(), 2U);
  EXPECT_TRUE(read.nics[1].dhcp4);
  EXPECT_EQ(read.nics[2].label, "a");
}

TEST(Merge, NothingIsAddedWhereNothingIsMissing) {
  EXPECT_EQ(merge_network_data("x", read_user_network_data("x"), {}), (Spliced{"x", {}, {}}));
}

TEST(Merge, NothingIsAddedBesideANicWithoutMac) {
  for (const auto& [text, label] : std::vector<std::pair<std::string, std::string>>{
           {"version: 2\nethernets:\n  eth0: {dhcp4: true}\n", "\"eth0\" (line 3)"},
           {"version: 2\nethernets:\n  any:\n    match: {name: 'en*'}\n", "\"any\" (line 3)"},
           {"version: 2\nethernets:\n  any:\n    match: {driver: virtio}\n", "\"any\" (line 3)"},
           {"version: 2\nethernets:\n  a:\n    macaddress: '02:00:00:00:00:01'\n",
            "\"a\" (line 3)"},
           {"version: 2\nbonds:\n  b0:\n    interfaces:\n    - eth1\n", "\"eth1\" (line 5)"},
           {"version: 2\nvlans:\n  v:\n    id: 7\n    link: eth1\n", "\"eth1\" (line 5)"},
           {"version: 1\nconfig:\n- {type: physical, name: eth0}\n", "\"eth0\" (line 3)"},
           {"version: 1\nconfig:\n- {type: bridge, name: b, bridge_interfaces: [eth1]}\n",
            "\"eth1\" (line 3)"},
           {"{\"links\": [{\"id\": \"tap0\", \"type\": \"phy\"}], \"networks\": []}",
            "\"tap0\" (line 1)"}}) {
    const Spliced result = merged(text);
    EXPECT_EQ(result.text, text);
    EXPECT_EQ(result.problem,
              "it matches " + label + " by no MAC address, which may be the same NIC");
  }
}

TEST(Merge, AMemberThatHasAnEntryWithMacIsNoObstacle) {
  const Spliced result = merged(
      "version: 2\nethernets:\n  m:\n    match: {macaddress: '02:00:00:00:00:01'}\n"
      "bonds:\n  b0: {interfaces: [m]}\nvlans:\n  v: {id: 7, link: b0}\n");
  EXPECT_THAT(result.problem, IsEmpty());
  EXPECT_EQ(result.insertions.size(), 1U);
}

TEST(Merge, LeavesOtherFormsWhole) {
  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"auto a\niface a inet dhcp\n  hwaddress 02:00:00:00:00:01\n", "it is ENI text"},
           {"version: 3\n", "it is neither network-config"},
           {"version: 2\nethernets: [\n", "it is not YAML"},
           {"version: 2\n---\nversion: 2\n", "it holds several documents"},
           {"version: 1\nconfig: disabled\n", "it has something else"},
           {"version: 2\nethernets:\n  # \t\n \t# x\n", "it is indented by tabs"},
           {"{\"version\": 2, \"ethernets\": {}}", "it is in flow style"}}) {
    const Spliced result = merged(text);
    EXPECT_EQ(result.text, text);
    EXPECT_THAT(result.insertions, IsEmpty());
    EXPECT_THAT(result.problem, HasSubstr(problem)) << text;
  }
}

TEST(Merge, ANameThatIsTakenIsNotUsedTwice) {
  const std::string text = "version: 2\nbonds:\n  blue: {}\n";
  const UserNetworkData user = read_user_network_data(text);
  EXPECT_EQ(merge_network_data(text, user, {{"blue", "blue: {}", {}, {}}}).problem,
            "it has something else of the name \"blue\"");
  std::vector<std::string> taken = user.ids;
  EXPECT_EQ(free_id("blue", taken), "blue-2");
  EXPECT_EQ(free_id("blue-2", taken), "blue-2-2");
  EXPECT_EQ(free_id("green", taken), "green");
  taken = {"abcdefghijklmno"};
  EXPECT_EQ(free_id("abcdefghijklmno", taken), "abcdefghijklm-2");
}

TEST(Merge, SaysWhatToAddByHand) {
  const NicText nic{"blue", "- {type: physical}", "{\"id\":1}", {"{\"a\":2}", "{\"b\":3}"}};
  EXPECT_EQ(by_hand(UserForm::kV1, nic), "add under \"config:\" - {type: physical}");
  EXPECT_EQ(by_hand(UserForm::kV2, {"a", "a: {}", {}, {}}), "add under \"ethernets:\" a: {}");
  EXPECT_EQ(by_hand(UserForm::kNetworkData, nic),
            "add to \"links\" {\"id\":1}, to \"networks\" {\"a\":2}, {\"b\":3}");
  EXPECT_THAT(by_hand(UserForm::kEni, nic), HasSubstr("matched by the MAC address"));
}

}  // namespace
}  // namespace patchbay::cloudinit
