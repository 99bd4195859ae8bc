// What apply_plan adds where KubeVirt made no <interface>, and where it puts it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/text.h"
#include "support.h"

namespace patchbay::domainxml {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string domain(const std::string& devices) {
  return "<domain>\n\t<devices>" + devices + "\n\t</devices>\n</domain>\n";
}

std::string nic(const std::string& alias) {
  return "\n\t\t<interface type=\"ethernet\">\n\t\t\t<alias name=\"" + alias +
         "\"></alias>\n\t\t</interface>";
}

Attachment named(const std::string& network) {
  return attachment(network, "tap0", "02:00:00:00:00:01", 0);
}

std::vector<std::string> order_after(const std::string& xml, const NetworkPlan& plan) {
  const std::string once = applied(xml, plan);
  EXPECT_EQ(applied(once, plan), once);
  return aliases_in(once);
}

const std::string kPlaceholder = nic("placeholder-0") + nic("placeholder-1");

TEST(NewInterface, SaysWhatThePlanSays) {
  Attachment red = attachment("red", "tapb1f51a511f1", "02:00:00:00:00:01", 1450);
  EXPECT_EQ(interface_xml(red),
            "<interface type=\"ethernet\">\n"
            "\t<source></source>\n"
            "\t<target dev=\"tapb1f51a511f1\" managed=\"no\"></target>\n"
            "\t<model type=\"virtio-non-transitional\"></model>\n"
            "\t<mac address=\"02:00:00:00:00:01\"></mac>\n"
            "\t<mtu size=\"1450\"></mtu>\n"
            "\t<alias name=\"ua-red\"></alias>\n"
            "\t<rom enabled=\"no\"></rom>\n"
            "</interface>");
  red.mtu = 0;
  red.domain = {.model = "virtio",
                .boot_order = 1,
                .acpi_index = 9,
                .pci_address = PciAddress::parse("0001:81:1f.7"),
                .link_down = true,
                .queues = 2,
                .iommu = true,
                .rom_off = true};
  EXPECT_EQ(interface_xml(red),
            "<interface type=\"ethernet\">\n"
            "\t<address type=\"pci\" domain=\"0x0001\" bus=\"0x81\" slot=\"0x1f\" "
            "function=\"0x7\"></address>\n"
            "\t<source></source>\n"
            "\t<target dev=\"tapb1f51a511f1\" managed=\"no\"></target>\n"
            "\t<model type=\"virtio\"></model>\n"
            "\t<mac address=\"02:00:00:00:00:01\"></mac>\n"
            "\t<boot order=\"1\"></boot>\n"
            "\t<link state=\"down\"></link>\n"
            "\t<alias name=\"ua-red\"></alias>\n"
            "\t<driver name=\"vhost\" queues=\"2\" iommu=\"on\"></driver>\n"
            "\t<rom enabled=\"no\"></rom>\n"
            "\t<acpi index=\"9\"></acpi>\n"
            "</interface>");
}

// KubeVirt writes what it attaches, updates or detaches later in lower case as a whole; the alias
// is the VM's own word.
TEST(NewInterface, IsTheSameInLowerCase) {
  Attachment red = attachment("red", "tapb1f51a511f1", "02:00:00:00:00:0A", 1450);
  red.domain = {.model = "virtio",
                .pci_address = PciAddress::parse("000A:8B:1f.7"),
                .queues = 2,
                .iommu = true};
  EXPECT_EQ(lower_case(interface_xml(red)), interface_xml(red));
}

TEST(NewInterface, IsReported) {
  Diagnostics diagnostics;
  apply_plan(domain(""), plan_of({named("red")}), "patchbay", diagnostics);
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_EQ(diagnostics[0].severity, Severity::kNote);
  EXPECT_EQ(diagnostics[0].network, "red");
}

TEST(NewInterface, ValuesAreEscaped) {
  Attachment odd = named("a\"><b>&'\n");
  odd.domain.model = "virtio\"/><x y=\"";
  const std::string once = applied(domain(""), plan_of({odd}));
  EXPECT_THAT(aliases_in(once), ElementsAre("ua-a\"><b>&'\n"));
  EXPECT_EQ(applied(once, plan_of({odd})), once);
  EXPECT_EQ(error_of([] { applied(domain(""), plan_of({named("\x01")})); }).errc(),
            Errc::kInvalidInput);
}

TEST(NewInterface, GoesBehindTheLastNicAndBeforePlaceholders) {
  EXPECT_THAT(
      order_after(domain(nic("ua-default") + kPlaceholder), plan_of({named("a"), named("b")})),
      ElementsAre("ua-default", "ua-a", "ua-b", "placeholder-0", "placeholder-1"));
  EXPECT_THAT(order_after(domain(kPlaceholder), plan_of({named("a"), named("b")})),
              ElementsAre("ua-a", "ua-b", "placeholder-0", "placeholder-1"));
}

TEST(NewInterface, PlaceholdersAreKnownByTheirTapToo) {
  const std::string by_target =
      "\n\t\t<interface type=\"ethernet\">\n\t\t\t<target "
      "dev=\"placeholder-0\"/>\n\t\t</interface>";
  const std::string once = applied(domain(by_target), plan_of({named("a")}));
  EXPECT_THAT(aliases_in(once), ElementsAre("ua-a", ""));
}

TEST(NewInterface, KeepsTheVmisOrderAmongThoseThatAreThere) {
  const NetworkPlan plan = plan_of({named("a"), named("b"), named("c"), named("d")});
  EXPECT_THAT(order_after(domain(nic("ua-b") + nic("ua-other")), plan),
              ElementsAre("ua-a", "ua-b", "ua-c", "ua-d", "ua-other"));
  EXPECT_THAT(order_after(domain(nic("ua-other") + nic("ua-a") + nic("ua-d")), plan),
              ElementsAre("ua-other", "ua-a", "ua-b", "ua-c", "ua-d"));
}

TEST(NewInterface, OrderIsTheSameWhicheverSidecarIsCalledFirst) {
  NetworkPlan plan = plan_of({named("a"), named("b"), named("c"), named("d")});
  plan.attachments[1].binding = plan.attachments[3].binding = "patchbay-dhcp";
  const std::string xml = domain(nic("ua-default") + kPlaceholder);
  Diagnostics unused;
  const auto both = [&](std::string_view first, std::string_view second) {
    return apply_plan(apply_plan(xml, plan, first, unused), plan, second, unused);
  };
  EXPECT_EQ(both("patchbay", "patchbay-dhcp"), both("patchbay-dhcp", "patchbay"));
  EXPECT_THAT(
      aliases_in(both("patchbay", "patchbay-dhcp")),
      ElementsAre("ua-default", "ua-a", "ua-b", "ua-c", "ua-d", "placeholder-0", "placeholder-1"));
}

TEST(NewInterface, WithoutNicsGoesBehindTheEmulatorElseFirst) {
  const std::string added = interface_xml(named("a"));
  const std::string emulator = "\n\t\t<emulator>/usr/bin/qemu</emulator>";
  const std::string disk = "\n\t\t<disk></disk>";
  const std::string behind = applied(domain(emulator + disk), plan_of({named("a")}));
  EXPECT_LT(behind.find("</emulator>\n\t\t<interface"), behind.find("</interface>\n\t\t<disk>"));
  EXPECT_NE(behind.find("</interface>\n\t\t<disk>"), std::string::npos);
  const std::string first = applied(domain(disk), plan_of({named("a"), named("b")}));
  EXPECT_EQ(first.find("<domain>\n\t<devices>\n\t\t<interface type"), 0u) << first;
  EXPECT_THAT(aliases_in(first), ElementsAre("ua-a", "ua-b"));
  EXPECT_NE(first.find("\n\t\t</interface>\n\t\t<disk></disk>\n\t</devices>"), std::string::npos);
}

TEST(NewInterface, EmptyDevicesAreOpened) {
  const std::string expected =
      applied("<domain>\n\t<devices>\n\t</devices>\n</domain>", plan_of({named("a"), named("b")}));
  EXPECT_THAT(aliases_in(expected), ElementsAre("ua-a", "ua-b"));
  for (const std::string devices : {"<devices></devices>", "<devices/>"}) {
    EXPECT_EQ(applied("<domain>\n\t" + devices + "\n</domain>", plan_of({named("a"), named("b")})),
              expected);
  }
  EXPECT_EQ(applied("<domain><devices x='1' /></domain>", plan_of({named("a")})),
            "<domain><devices x='1' ><interface type=\"ethernet\"><source></source>"
            "<target dev=\"tap0\" managed=\"no\"></target><model "
            "type=\"virtio-non-transitional\"></model>"
            "<mac address=\"02:00:00:00:00:01\"></mac><alias name=\"ua-a\"></alias>"
            "<rom enabled=\"no\"></rom></interface></devices></domain>");
}

TEST(NewInterface, LooksLikeItsNeighbours) {
  const std::string libvirts =
      "<domain>\n  <devices>\n    <interface type='user'>\n      <model type='virtio'/>\n"
      "    </interface>\n  </devices>\n</domain>\n";
  const std::string once = applied(libvirts, plan_of({named("a")}));
  EXPECT_NE(
      once.find("    </interface>\n    <interface type=\"ethernet\">\n      <source></source>\n"),
      std::string::npos)
      << once;
  EXPECT_NE(once.find("      <rom enabled=\"no\"></rom>\n    </interface>\n  </devices>"),
            std::string::npos)
      << once;
}

}  // namespace
}  // namespace patchbay::domainxml
