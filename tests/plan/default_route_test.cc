// Which NIC has the preferred default route, and what each <interface> shall say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/scene.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;

TEST(DefaultRoute, StaysWithThePodNetworkAndRanksTheRest) {
  Scene scene({"blue", "red"});
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24")}, {route("0.0.0.0/0", "10.0.0.1")});
  scene.park("red", {IpPrefix::parse("10.1.0.2/24")}, {route("0.0.0.0/0", "10.1.0.1")});
  const NetworkPlan plan = scene.plan();
  EXPECT_EQ(plan.default_route, "default");
  EXPECT_EQ(plan.attachments[0].routes[0].metric, 2001U);
  EXPECT_EQ(plan.attachments[1].routes[0].metric, 2002U);
}

TEST(DefaultRoute, GoesWhereTheAnnotationSays) {
  Scene scene({"blue", "red"});
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24")}, {route("0.0.0.0/0", "10.0.0.1")});
  scene.park("red", {});
  scene.input.vmi.networks_annotation = R"({"blue":{"defaultRoute":true}})";
  EXPECT_EQ(scene.plan().default_route, "blue");
  EXPECT_EQ(scene.plan().attachments[0].routes[0].metric, std::nullopt);
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
}

TEST(DefaultRoute, KeepsAMetricThatWasGiven) {
  Scene scene;
  Route given = route("0.0.0.0/0", "10.0.0.1");
  given.metric = 5;
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24")}, {given});
  EXPECT_EQ(scene.plan().attachments[0].routes[0].metric, 5U);
}

TEST(DomainWishes, AMultiQueueTapIsNeverOpenedWithOneQueue) {
  Scene scene;
  scene.park("blue", {});
  for (PodLink& each : scene.input.pod.links) each.multi_queue = each.kind == "tun";
  NetworkPlan plan = scene.plan();
  EXPECT_EQ(plan.attachments[0].domain.queues, 2U);
  EXPECT_THAT(to_string(plan.diagnostics.at(0)), HasSubstr("the NIC gets 2 queues"));
  scene.input.vmi.multiqueue = true;
  scene.input.vmi.vcpus = 1;
  EXPECT_EQ(scene.plan().attachments[0].domain.queues, 2U);
  scene.interface("blue").model = "e1000e";
  plan = scene.plan();
  EXPECT_TRUE(has_errors(plan.diagnostics));
  EXPECT_THAT(to_string(plan.diagnostics.at(0)), HasSubstr("a NIC of model \"e1000e\" has one"));
}

TEST(DomainWishes, FollowKubeVirtsConverter) {
  Scene scene;
  scene.park("blue", {});
  scene.input.vmi.multiqueue = true;
  scene.input.vmi.vcpus = 4;
  NetworkPlan plan = scene.plan();
  EXPECT_EQ(plan.attachments[0].domain.queues, std::nullopt);
  EXPECT_THAT(to_string(plan.diagnostics.at(0)), HasSubstr("was made with one"));
  for (PodLink& each : scene.input.pod.links) each.multi_queue = each.kind == "tun";
  EXPECT_EQ(scene.plan().attachments[0].domain.queues, 4U);
  scene.input.vmi.launch_security = true;
  EXPECT_TRUE(scene.plan().attachments[0].domain.iommu);
  scene.interface("blue").model = "e1000e";
  for (PodLink& each : scene.input.pod.links) each.multi_queue = false;
  plan = scene.plan();
  EXPECT_EQ(plan.attachments[0].domain.model, "e1000e");
  EXPECT_FALSE(plan.attachments[0].domain.iommu);
  EXPECT_EQ(plan.attachments[0].domain.queues, std::nullopt);
  scene.interface("blue").model = "virtio";
  scene.input.vmi.virtio_transitional = true;
  EXPECT_EQ(scene.plan().attachments[0].domain.model, "virtio-transitional");
  scene.input.vmi.architecture = "s390x";
  plan = scene.plan();
  EXPECT_EQ(plan.attachments[0].domain.model, "virtio");
  EXPECT_FALSE(plan.attachments[0].domain.rom_off);
}

}  // namespace
}  // namespace patchbay
