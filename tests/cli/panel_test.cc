#include "cli/panel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binding/view_kernel.h"
#include "panels.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PanelOfOne : public testing::Test {
 protected:
  PanelNic nic() {
    const Panel panel = make_panel(sources);
    EXPECT_EQ(panel.nics.size(), 1U);
    return panel.nics.at(0);
  }
  std::vector<std::string> drifts() {
    std::vector<std::string> all;
    for (const Drift& drift : nic().drift) all.push_back(drift.what);
    return all;
  }

  PanelSources sources = sources_with(1);
  LinkNames names = link_names("net-1");
  SeenLink& pod_nic = link_of(sources.pod, names.pod);
  SeenLink& tap = link_of(sources.pod, names.tap);
};

TEST_F(PanelOfOne, IsAsAddLeftIt) {
  const PanelNic seen = nic();
  EXPECT_EQ(seen.network, "net-1");
  EXPECT_EQ(seen.mac, mac_of(1));
  EXPECT_EQ(seen.join, Join::kRedirect);
  EXPECT_TRUE(seen.whole);
  EXPECT_EQ(seen.parked, record_of(1));
  EXPECT_THAT(seen.drift, ElementsAre());
  EXPECT_EQ(seen.far.kind, FarEnd::Kind::kPort);
  EXPECT_EQ(seen.far.link->state.name.str(), "veth1");
  EXPECT_EQ(seen.far.bridge->state.name.str(), "br1");
}

TEST_F(PanelOfOne, EachDriftComesWithItsCure) {
  tap.state.up = false;
  pod_nic.state.mtu = 1400;
  EXPECT_FALSE(nic().whole);
  EXPECT_THAT(nic().drift,
              ElementsAre(Drift{"link " + names.pod.str() + ": expected MTU 1500, found 1400",
                                "ip link set dev " + names.pod.str() + " mtu 1500"},
                          Drift{"link " + names.tap.str() + ": expected state up, found down",
                                "ip link set dev " + names.tap.str() + " up"}));
}

TEST_F(PanelOfOne, NoCommandCuresALinkThatIsGone) {
  std::erase_if(sources.pod.links,
                [&](const SeenLink& link) { return link.state.name == names.tap; });
  for (const Drift& drift : nic().drift) EXPECT_EQ(drift.cure, kMakeAnew) << drift.what;
  EXPECT_THAT(drifts(), testing::Contains("link " + names.tap.str() + " is not there"));
}

TEST_F(PanelOfOne, AMissingFilterCutsTheJoin) {
  pod_nic.ingress.reset();
  EXPECT_FALSE(nic().whole);
  EXPECT_THAT(drifts(), ElementsAre(HasSubstr("expected at its ingress a redirect to " +
                                              names.tap.str() + ", found nothing")));
}

TEST_F(PanelOfOne, ARecordThatCantBeReadIsADrift) {
  link_of(sources.pod, names.record).state.alias = "{";
  EXPECT_THAT(drifts(), ElementsAre(HasSubstr("found one that can't be read")));
  EXPECT_FALSE(nic().parked);
}

TEST_F(PanelOfOne, WithoutARecordNobodyKnowsWhatShouldBe) {
  std::erase_if(sources.pod.links, [](const SeenLink& link) { return link.state.kind == "dummy"; });
  tap.state.mtu = 1400;
  EXPECT_EQ(nic().join, Join::kRedirect);
  EXPECT_TRUE(nic().whole);
  EXPECT_THAT(drifts(), ElementsAre());
}

TEST_F(PanelOfOne, TheNodeIsNotInventedWhereItCantBeSeen) {
  sources.node.reset();
  EXPECT_EQ(nic().far.kind, FarEnd::Kind::kHidden);
  EXPECT_EQ(nic().far.hidden, "not visible from here");
}

TEST_F(PanelOfOne, AnotherNamespacesLinkIsNotTheNodes) {
  pod_nic.far_namespace = kNodeNumber + 1;  // and the node has a link of that number
  EXPECT_EQ(nic().far.kind, FarEnd::Kind::kHidden);
  sources.node_number.reset();
  EXPECT_EQ(nic().far.hidden, "in neither the pod nor the node");
}

TEST_F(PanelOfOne, AMacvlanLiesOnItsParent) {
  pod_nic.state.kind = "macvlan";
  pod_nic.far_index = kBridgeIndex;
  EXPECT_EQ(nic().far.kind, FarEnd::Kind::kParent);
  EXPECT_EQ(nic().far.link->state.name.str(), "br1");
  EXPECT_FALSE(nic().far.in_pod);
  pod_nic.far_namespace.reset();
  pod_nic.far_index = tap.index;
  EXPECT_TRUE(nic().far.in_pod);
}

TEST_F(PanelOfOne, AVirtualFunctionIsFoundByItsMac) {
  std::erase_if(sources.pod.links, [](const SeenLink& link) { return link.state.kind != "dummy"; });
  for (SeenLink& link : sources.pod.links) link.state.alias = to_json(record_of(1, "core"));
  EXPECT_EQ(nic().join, Join::kDevice);
  EXPECT_EQ(nic().far.kind, FarEnd::Kind::kNone);
  add_link(*sources.node, 50, "ens1f0", "").functions = {{2, mac_of(9), 0}, {3, mac_of(1), 100}};
  EXPECT_EQ(nic().far.function, 3U);
  EXPECT_EQ(nic().far.vlan, 100);
  add_link(*sources.node, 51, "ens1f1", "").functions = {{0, mac_of(1), 0}};
  EXPECT_EQ(nic().far.kind, FarEnd::Kind::kNone) << "two cards have it";
}

TEST_F(PanelOfOne, KnowsWhoHasTheTapOpen) {
  sources.holders = {{names.tap, 71, "qemu"}, {IfName::parse("tap0"), 72, "other"}};
  EXPECT_THAT(nic().holders, ElementsAre(Holder{names.tap, 71, "qemu"}));
}

TEST(Panel, HasThePodNetworkWhereATapIsOnIt) {
  PanelSources sources;
  add_link(sources.pod, 2, "eth0", "veth");
  EXPECT_TRUE(make_panel(sources).nics.empty());
  add_link(sources.pod, 3, "tap0", "tun");
  add_link(sources.pod, 4, "k6t-eth0", "bridge");
  const Panel panel = make_panel(sources);
  ASSERT_EQ(panel.nics.size(), 1U);
  EXPECT_EQ(panel.nics[0].join, Join::kNat);
  EXPECT_TRUE(panel.nics[0].whole);
}

TEST(Panel, ARecordOfAChainFindsItsInterfaceByItsOwnName) {
  PanelSources sources;
  const IfName net1 = IfName::parse("net1");
  add_link(sources.pod, 2, "net1", "veth");
  park(sources.pod, 3, link_names_beside(net1).record, record_of(1));
  const Panel panel = make_panel(sources);
  ASSERT_EQ(panel.nics.size(), 1U);
  EXPECT_EQ(panel.nics[0].names.pod, net1);
}

TEST(ViewKernel, OnlyReads) {
  const PanelSources sources = sources_with(1);
  ViewKernel kernel(sources.pod);
  const IfName tap = link_names("net-1").tap;
  EXPECT_TRUE(kernel.read_link(tap));
  EXPECT_THROW(kernel.delete_links({tap}), Error);
  EXPECT_THROW(kernel.change_link(tap, {.up = false}), Error);
}

}  // namespace
}  // namespace patchbay::cli
