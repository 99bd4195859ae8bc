#include "cloudinit/guest_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cloudinit/plans.h"

namespace patchbay::cloudinit {
namespace {

using testing::ElementsAre;

std::string id_of(const std::string& network) {
  return guest_ids(plan_of({nic(network, "02:00:00:00:00:01")})).attachments.at(0);
}

TEST(GuestIds, AreTheNetworksNamesMadeLegal) {
  EXPECT_EQ(id_of("vlan100"), "vlan100");
  EXPECT_EQ(id_of("VLAN_100"), "vlan-100");
  EXPECT_EQ(id_of("__a__b__"), "a-b");
  EXPECT_EQ(id_of("r\xC3\xA9seau: {x}"), "r-seau-x");
}

TEST(GuestIds, AreNothingThatYamlOrAKernelCouldTakeForSomethingElse) {
  EXPECT_EQ(id_of("eth0"), "net-eth0");
  EXPECT_EQ(id_of("ENS192"), "net-ens192");
  EXPECT_EQ(id_of("enp1s0f0np0"), "net-enp1s0f0np0");
  EXPECT_EQ(id_of("enx020000000001"), "net-enx020000000001");
  EXPECT_EQ(id_of("lo"), "net-lo");
  EXPECT_EQ(id_of("no"), "net-no");
  EXPECT_EQ(id_of("null"), "net-null");
  EXPECT_EQ(id_of("1e3"), "net-1e3");
  EXPECT_EQ(id_of("___"), "net");
}

TEST(GuestIds, LeaveAloneWhatOnlyBeginsLikeANic) {
  EXPECT_EQ(id_of("ethernet"), "ethernet");
  EXPECT_EQ(id_of("ens-backup1"), "ens-backup1");
  EXPECT_EQ(id_of("internal"), "internal");
  EXPECT_EQ(id_of("local"), "local");
}

TEST(GuestIds, AreUniqueOverTheWholeVm) {
  const NetworkPlan plan =
      plan_of({nic("a_b", "02:00:00:00:00:01"), nic("A-b", "02:00:00:00:00:02"),
               nic("a-b-2", "02:00:00:00:00:03")},
              {{"a--b", "masquerade", Mac::parse("02:00:00:00:00:04")}});
  const GuestIds ids = guest_ids(plan);
  EXPECT_THAT(ids.attachments, ElementsAre("a-b", "a-b-2", "a-b-2-2"));
  EXPECT_THAT(ids.others, ElementsAre("a-b-3"));
}

TEST(GuestIds, AGuestNameIsTheIdAndNobodyElses) {
  Attachment named = nic("blue", "02:00:00:00:00:02");
  named.guest_name = "dmz0";
  const GuestIds ids = guest_ids(plan_of({nic("dmz0", "02:00:00:00:00:01"), named}));
  EXPECT_THAT(ids.attachments, ElementsAre("dmz0-2", "dmz0"));
}

}  // namespace
}  // namespace patchbay::cloudinit
