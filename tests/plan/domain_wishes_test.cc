// What each <interface> shall say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/scene.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST(DomainWishes, AreOfTheTapThatTheNetworksPluginMade) {
  Scene scene;
  scene.remove_link(link_names("blue").tap);
  scene.pod_link("blue").kind = kTapKind;
  scene.input.vmi.multiqueue = true;
  scene.input.vmi.vcpus = 4;
  EXPECT_EQ(scene.plan().attachments[0].domain.queues, std::nullopt);
  scene.pod_link("blue").multi_queue = true;
  EXPECT_EQ(scene.plan().attachments[0].domain.queues, 4U);
}

TEST(DomainWishes, AMacvtapTakesAsManyQueuesAsAreAsked) {
  Scene scene;
  scene.remove_link(link_names("blue").tap);
  scene.pod_link("blue").kind = kMacvtapKind;
  scene.interface("blue").mac = Mac::parse(kBlueMac);
  EXPECT_EQ(scene.plan().attachments[0].domain.queues, std::nullopt);
  scene.input.vmi.multiqueue = true;
  for (const uint32_t cpus : {1U, 4U}) {
    scene.input.vmi.vcpus = cpus;
    const NetworkPlan plan = scene.plan();
    EXPECT_EQ(plan.attachments[0].domain.queues, cpus);
    EXPECT_THAT(plan.diagnostics, IsEmpty());
  }
}

}  // namespace
}  // namespace patchbay
