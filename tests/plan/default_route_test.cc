// Which NIC has the preferred default route.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/scene.h"

namespace patchbay {
namespace {

TEST(DefaultRoute, StaysWithThePodNetworkAndRanksTheRest) {
  Scene scene({"blue", "red"});
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24")}, {route("0.0.0.0/0", "10.0.0.1")});
  scene.park("red", {IpPrefix::parse("10.1.0.2/24")}, {route("0.0.0.0/0", "10.1.0.1")});
  const NetworkPlan plan = scene.plan();
  EXPECT_EQ(plan.default_route, "default");
  EXPECT_EQ(plan.attachments[0].routes[0].metric, 2001U);
  EXPECT_EQ(plan.attachments[1].routes[0].metric, 2002U);
  EXPECT_EQ(plan.others[0].dhcp_metric, std::nullopt);
}

TEST(DefaultRoute, GoesWhereTheAnnotationSays) {
  Scene scene({"blue", "red"});
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24")}, {route("0.0.0.0/0", "10.0.0.1")});
  scene.park("red", {});
  scene.input.vmi.networks_annotation = R"({"blue":{"defaultRoute":true}})";
  EXPECT_EQ(scene.plan().default_route, "blue");
  EXPECT_EQ(scene.plan().attachments[0].routes[0].metric, std::nullopt);
  EXPECT_EQ(scene.plan().others[0].dhcp_metric, 2000U);
  scene.input.vmi.networks_annotation = R"({"red":{"defaultRoute":true}})";
  EXPECT_EQ(scene.plan().default_route, "red");
  EXPECT_EQ(scene.plan().attachments[0].routes[0].metric, 2001U);
  EXPECT_EQ(scene.plan().attachments[1].dhcp_metric, 50U);
  scene.input.vmi.networks_annotation =
      R"({"red":{"defaultRoute":true},"blue":{"defaultRoute":true}})";
  EXPECT_TRUE(has_errors(scene.plan().diagnostics));
}

TEST(DefaultRoute, WithoutAPodNetworkGoesToTheFirstThatHasOne) {
  Scene scene({"dhcp", "blue", "red"});
  scene.input.vmi.interfaces.erase(scene.input.vmi.interfaces.begin());
  scene.input.vmi.networks.erase(scene.input.vmi.networks.begin());
  scene.park("dhcp", {});
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24")}, {route("0.0.0.0/0", "10.0.0.1")});
  scene.park("red", {IpPrefix::parse("10.1.0.2/24")}, {route("0.0.0.0/0", "10.1.0.1")});
  EXPECT_EQ(scene.plan().default_route, "blue");
  EXPECT_EQ(scene.plan().attachments[2].routes[0].metric, 2002U);
  scene.input.vmi.networks_annotation = R"({"blue":{"defaultRoute":false}})";
  EXPECT_EQ(scene.plan().default_route, "red");
  EXPECT_TRUE(scene.plan().attachments[1].never_default);
  EXPECT_FALSE(scene.plan().attachments[2].never_default);
}

TEST(DefaultRoute, KeepsAMetricThatWasGiven) {
  Scene scene;
  Route given = route("0.0.0.0/0", "10.0.0.1");
  given.metric = 5;
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24")}, {given});
  EXPECT_EQ(scene.plan().attachments[0].routes[0].metric, 5U);
}

}  // namespace
}  // namespace patchbay
