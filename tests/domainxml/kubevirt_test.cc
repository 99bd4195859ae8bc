// apply_plan against what KubeVirt v1.9.0 itself wrote: tests/fixtures/*/domain*.xml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace patchbay::domainxml {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The text of <devices> without its interfaces.
std::string other_devices(std::string xml) {
  for (const std::string& interface : interfaces_in(xml)) {
    xml.erase(xml.find("\t\t" + interface + "\n"), interface.size() + 3);
  }
  return xml;
}

TEST(KubeVirt, WhatItMakesForARegistrationOfTapNeedsNothing) {
  for (const std::string scenario : {"03-three-tap", "04-three-managedtap"}) {
    const std::string xml = fixture(scenario + "/domain.xml");
    Diagnostics diagnostics;
    EXPECT_EQ(apply_plan(xml, three_options_plan(), "patchbay", diagnostics), xml) << scenario;
    EXPECT_THAT(diagnostics, IsEmpty()) << scenario;
  }
}

TEST(KubeVirt, AnEmptyRegistrationEndsAsARegistrationOfTap) {
  const std::string empty = fixture("02-three-options/domain.xml");
  const std::string made = applied(empty, three_options_plan());
  EXPECT_EQ(interfaces_in(made), interfaces_in(fixture("03-three-tap/domain.xml")));
  EXPECT_EQ(other_devices(made), other_devices(empty));
  EXPECT_EQ(applied(made, three_options_plan()), made);
}

TEST(KubeVirt, ATapThatIsNotMultiQueueLosesTheQueues) {
  NetworkPlan plan = three_options_plan();
  for (Attachment& attachment : plan.attachments) attachment.domain.queues.reset();
  Diagnostics diagnostics;
  const std::string made =
      apply_plan(fixture("03-three-tap/domain.xml"), plan, "patchbay", diagnostics);
  EXPECT_THAT(diagnostics, SizeIs(2));
  EXPECT_THAT(interfaces_in(made)[0], ::testing::HasSubstr("queues=\"4\""))
      << "the pod network is not ours";
  for (const size_t ours : {1u, 3u}) {
    EXPECT_THAT(interfaces_in(made)[ours],
                ::testing::HasSubstr("<driver name=\"vhost\"></driver>"));
  }
}

TEST(KubeVirt, AllPassesGetTheSameInterface) {
  for (const std::string scenario :
       {"01-masq-plus-one", "07-hugepages", "14-nocloud-net-v2", "10-sriov-mixed"}) {
    const std::string pass1 =
        applied(fixture(scenario + "/domain.pass1-placeholders.xml"), data_plan());
    const std::string pass2 = applied(fixture(scenario + "/domain.pass2.xml"), data_plan());
    EXPECT_EQ(interfaces_in(pass1)[1], interfaces_in(pass2)[1]) << scenario;
    EXPECT_THAT(aliases_in(pass2), ElementsAre("ua-default", "ua-data")) << scenario;
    EXPECT_EQ(aliases_in(pass1)[2], "placeholder-0") << scenario;
    // Pass 3 is pass 2 with root ports behind what is there.
    const std::string port =
        "\n\t\t<controller type=\"pci\" index=\"20\" model=\"pcie-root-port\"></controller>";
    const std::string pass3 = with(pass2, "\n\t</devices>", port + "\n\t</devices>");
    EXPECT_EQ(applied(pass3, data_plan()), pass3) << scenario;
  }
}

TEST(KubeVirt, APodNetworkOfOursBecomesTheFirstNic) {
  const NetworkPlan plan = plan_of({attachment("default", "tap0", "02:00:00:00:00:0d", 1450)});
  const std::string scenario = "20-plugin-primary-pod-network";
  EXPECT_THAT(aliases_in(applied(fixture(scenario + "/domain.xml"), plan)),
              ElementsAre("ua-default"));
  EXPECT_THAT(aliases_in(applied(fixture(scenario + "/domain.pass1-placeholders.xml"), plan)),
              ElementsAre("ua-default", "placeholder-0", "placeholder-1", "placeholder-2"));
  EXPECT_THAT(applied(fixture(scenario + "/domain.pass2.xml"), plan),
              ::testing::HasSubstr("</emulator>\n\t\t<interface type=\"ethernet\">"));
}

// What KubeVirt wrote for the pod network's NIC, with our names in it, is what we add.
TEST(KubeVirt, SpecialMachinesGetWhatKubeVirtGivesItsOwnNic) {
  const auto check = [](const std::string& scenario, const DomainWishes& wishes) {
    NetworkPlan plan = data_plan();
    plan.attachments[0].domain = wishes;
    std::string expected = interfaces_in(fixture(scenario + "/domain.xml"))[0];
    expected = with(expected, "\"tap0\"", "\"tap3a6eb0790f3\"");
    expected = with(expected, "02:00:00:0a:0b:0c", "02:00:00:00:00:0d");
    expected = with(expected, "\"1480\"", "\"1450\"");
    expected = with(expected, "ua-default", "ua-data");
    EXPECT_EQ(interfaces_in(applied(fixture(scenario + "/domain.xml"), plan))[1], expected)
        << scenario;
  };
  DomainWishes wishes;
  wishes.model = "virtio";
  check("09-s390x", wishes);
  wishes.model = "virtio-non-transitional";
  wishes.rom_off = true;
  check("01-masq-plus-one", wishes);
  wishes.iommu = true;
  check("25-sev", wishes);
  wishes.iommu = false;
  wishes.model = "virtio-transitional";
  check("26-virtio-transitional", wishes);
}

// On the root complex KubeVirt fixes slots for its own devices before we are called. We fix none:
// libvirt finds a free slot for ours, and an address that KubeVirt gave ours stays.
TEST(KubeVirt, AddressesOnTheRootComplexAreLeftToKubeVirtAndLibvirt) {
  const std::string xml = fixture("28-place-on-root-complex/domain.xml");
  const std::string made = interfaces_in(applied(xml, data_plan()))[1];
  EXPECT_EQ(made.find("<address"), std::string::npos);
  const NetworkPlan plan = plan_of({attachment("default", "tap0", "02:00:00:0a:0b:0c", 1480)});
  EXPECT_EQ(applied(xml, plan), xml);
}

TEST(KubeVirt, InterfacesOfOtherPluginsStay) {
  const std::string xml = fixture("23-other-plugin-mixed/domain.xml");
  const std::string made = applied(xml, data_plan());
  std::vector<std::string> others = interfaces_in(made);
  ASSERT_EQ(std::erase_if(
                others,
                [](const std::string& text) { return text.find("ua-data") != std::string::npos; }),
            1u);
  EXPECT_EQ(others, interfaces_in(xml));
}

}  // namespace
}  // namespace patchbay::domainxml
