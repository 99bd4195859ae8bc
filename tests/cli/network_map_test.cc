// The map as a person writes it, and what is said of their mistakes.
#include "cli/network_map.h"

#include "plan/error.h"
#include "plans.h"

namespace patchbay::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string with_target(const std::string& target) {
  return "networks:\n- from: {key: a}\n  to: " + target + "\n";
}

TEST(NetworkMap, AllThatItCanSay) {
  const NetworkMap map = map_of(
      "namespace: vms\nguestConfig: seed\ntreatUnknownAs: static\nnetworks:\n"
      "- from: {key: dvportgroup-47}\n"
      "  to: {nad: web-100, bridge: br1, vlan: 100, port: ens6, subnets: [10.0.0.0/24, "
      "fd00::/64]}\n"
      "- from: {name: \"DMZ/Public\", switch: S}\n  to: {nad: dmz/public, exists: true}\n"
      "- from: {vlan: 7}\n  to: {nad: fast, exists: true, binding: sriov}\n"
      "- {from: {name: Backup}, to: ignore}\n- {from: {name: Management}, to: pod}\n"
      "vms:\n  win05-sql: {name: sql05, namespace: db, guestConfig: dhcp, treatUnknownAs: dhcp, "
      "model: virtio}\n  old: ignore\n");
  EXPECT_EQ(map.name_space, "vms");
  EXPECT_EQ(map.guest_config, GuestConfig::kSeed);
  EXPECT_EQ(map.treat_unknown_as, Method::kStatic);
  ASSERT_THAT(map.networks, SizeIs(5));
  const Target web{Target::Kind::kNad,
                   "vms",
                   "web-100",
                   "br1",
                   "ens6",
                   100,
                   false,
                   "",
                   {IpPrefix::parse("10.0.0.0/24"), IpPrefix::parse("fd00::/64")}};
  EXPECT_EQ(map.networks[0], (MapEntry{{"dvportgroup-47", "", "", {}}, web, "networks[0]"}));
  EXPECT_EQ(map.networks[1].from, (SourceMatch{"", "DMZ/Public", "S", {}}));
  EXPECT_EQ(map.networks[1].to.name_space, "dmz");
  EXPECT_TRUE(map.networks[1].to.exists);
  EXPECT_EQ(map.networks[2].from.vlan, 7);
  EXPECT_EQ(map.networks[2].to.binding, "sriov");
  EXPECT_EQ(map.networks[3].to.kind, Target::Kind::kIgnore);
  EXPECT_EQ(map.networks[4].to.kind, Target::Kind::kPod);
  EXPECT_EQ(map.vms.at("win05-sql"),
            (VmChoice{false, "sql05", "db", GuestConfig::kDhcp, Method::kDhcp, "virtio"}));
  EXPECT_TRUE(map.vms.at("old").ignore);
}

TEST(NetworkMap, WithoutWordsGuestsKeepWhatTheyHave) {
  const NetworkMap map = map_of("networks: []\n");
  EXPECT_EQ(map, NetworkMap{});
  EXPECT_EQ(map.name_space, "default");
  EXPECT_EQ(map.guest_config, GuestConfig::kKeep);
}

TEST(NetworkMap, MistakesAreCollectedWithPathAndLine) {
  EXPECT_THAT(
      mistakes_in("namspace: a\nnetworks:\n- from: {key: a, vlan: 4095}\n"
                  "  to: {nad: A_B, bridge: br1, vlna: 3, subnets: [10.0.0.1/24]}\n"
                  "- from: {}\n  to: pods\n- to: pod\nguestConfig: sed\n"),
      ElementsAre(
          AllOf(HasSubstr("namspace, line 1"), HasSubstr("did you mean \"namespace\"?")),
          AllOf(HasSubstr("guestConfig, line 8"), HasSubstr("\"sed\" (did you mean \"seed\"?)")),
          AllOf(HasSubstr("networks[0].from.vlan, line 3"), HasSubstr("from 1 to 4094")),
          AllOf(HasSubstr("networks[0].to.vlna, line 4"), HasSubstr("did you mean \"vlan\"?")),
          AllOf(HasSubstr("networks[0].to.nad, line 4"), HasSubstr("found \"A_B\"")),
          AllOf(HasSubstr("networks[0].to.subnets[0]"), HasSubstr("such as 10.0.0.0/24")),
          AllOf(HasSubstr("networks[1].from, line 5"), HasSubstr("a key, a name or a VLAN")),
          AllOf(HasSubstr("networks[1].to, line 6"), HasSubstr("found \"pods\"")),
          AllOf(HasSubstr("networks[2]"), HasSubstr("no `from`"))));
}

TEST(NetworkMap, NumbersAreWrittenAsNumbers) {
  for (const char* vlan :
       {"0", "4095", "-1", "1.5", "0x10", "010", "\"7\"", "[7]", "65537", "7 x"}) {
    EXPECT_THAT(mistakes_in(with_target(std::string("{nad: a, bridge: b, vlan: ") + vlan + "}")),
                ElementsAre(HasSubstr("a whole number from 1 to 4094")))
        << vlan;
  }
  EXPECT_THAT(mistakes_in(with_target("{nad: a, bridge: b, exists: yes}")),
              ElementsAre(HasSubstr("true or false")));
}

TEST(NetworkMap, ATargetIsWholeAndOfOneMind) {
  const auto said = [](const std::string& target, const std::string& what) {
    EXPECT_THAT(mistakes_in(with_target(target)), ElementsAre(HasSubstr(what))) << target;
  };
  said("{nad: a}", "NAD \"a\" without a bridge");
  said("{nad: a, vlan: 5}", "VLAN 5 without a bridge");
  said("{bridge: br1}", "a target without `nad`");
  said("{nad: a, exists: true, vlan: 5}", "leave out `exists`");
  said("{nad: a, bridge: br1, binding: sriov}", "`exists: true`");
  said("{nad: a, bridge: br1, binding: patchbai}", "did you mean \"patchbay\"?");
  said("{nad: a, bridge: br1, port: br1}", "its own port");
  said("{nad: a, bridge: a-name-of-more-than-15}", "the nodes' bridge");
  said("{nad: a, bridge: FILL_IN}", "found \"FILL_IN\"");
  said("{nad: N/a, bridge: br1}", "NAMESPACE/NAME");
  said("FILL_IN", "found \"FILL_IN\"");
  said("{nad: a, nad: b, bridge: br1}", "there twice");
}

TEST(NetworkMap, NamesOfVmsAreDnsLabels) {
  EXPECT_THAT(mistakes_in("vms:\n  a: {name: A.b, namespace: -x}\n  b: {model: virtoi}\n"),
              ElementsAre(AllOf(HasSubstr("vms.a.name"), HasSubstr("a DNS label")),
                          HasSubstr("vms.a.namespace"), HasSubstr("did you mean \"virtio\"?")));
}

TEST(NetworkMap, ContradictionsNameBothPlaces) {
  const auto two = [](const std::string& one, const std::string& other) {
    return mistakes_in("networks:\n- " + one + "\n- " + other + "\n");
  };
  EXPECT_THAT(two("{from: {name: a, vlan: 1}, to: pod}", "{from: {vlan: 1, name: a}, to: ignore}"),
              ElementsAre(AllOf(HasSubstr("networks[1]"), HasSubstr("networks[0]"))));
  EXPECT_THAT(two("{from: {key: a}, to: {nad: n, bridge: br1, vlan: 1}}",
                  "{from: {key: b}, to: {nad: default/n, bridge: br1, vlan: 2}}"),
              ElementsAre(HasSubstr("describes the NAD \"default/n\" otherwise than networks[0]")));
  EXPECT_THAT(two("{from: {key: a}, to: {nad: n, bridge: br1, port: ens1}}",
                  "{from: {key: b}, to: {nad: m, bridge: br1, port: ens2}}"),
              ElementsAre(HasSubstr("another port than networks[0]")));
  EXPECT_THAT(two("{from: {key: a}, to: {nad: n, bridge: br1, port: ens1}}",
                  "{from: {key: b}, to: {nad: m, bridge: br2, port: ens1}}"),
              ElementsAre(HasSubstr("to another bridge than networks[0]")));
  EXPECT_THAT(two("{from: {key: a}, to: {nad: n, bridge: br1, port: ens1}}",
                  "{from: {key: b}, to: {nad: n, bridge: br1}}"),
              IsEmpty());
  EXPECT_THAT(mistakes_in("vms: {a: {name: x}, b: {name: x}, c: {name: x, namespace: other}}"),
              ElementsAre(AllOf(HasSubstr("vms.a"), HasSubstr("vms.b"))));
}

TEST(NetworkMap, WhatIsNoMapIsRefused) {
  for (const char* text : {"", "[]", "networks", "networks: {}", "networks: [a]", "vms: []",
                           "networks: [{from: a, to: pod}]", "? [a]\n: b"}) {
    EXPECT_THAT(mistakes_in(text), SizeIs(1)) << text;
  }
  EXPECT_THROW(mistakes_in("networks: ["), Error);
  EXPECT_THROW(mistakes_in("networks: []  # B\xfcro"), Error);
}

TEST(NetworkMap, AliasesAreFollowed) {
  const NetworkMap map = map_of(
      "networks:\n- {from: {key: a}, to: &t {nad: n, bridge: br1}}\n- {from: {key: b}, to: *t}\n");
  EXPECT_EQ(map.networks.at(1).to, map.networks.at(0).to);
}

}  // namespace
}  // namespace patchbay::cli
