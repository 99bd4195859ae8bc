// What apply_plan does to an <interface> that is there, one finding at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace patchbay::domainxml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A <domain> with one NIC, as KubeVirt writes it, whose children are `children`.
std::string domain(const std::string& children) {
  return "<domain type=\"kvm\">\n\t<devices>\n\t\t<interface type=\"ethernet\">\n" + children +
         "\t\t</interface>\n\t</devices>\n</domain>";
}

const std::string kRed =
    "\t\t\t<source></source>\n"
    "\t\t\t<target dev=\"tapb1f51a511f1\" managed=\"no\"></target>\n"
    "\t\t\t<model type=\"virtio-non-transitional\"></model>\n"
    "\t\t\t<mac address=\"02:00:00:00:00:01\"></mac>\n"
    "\t\t\t<mtu size=\"1450\"></mtu>\n"
    "\t\t\t<alias name=\"ua-red\"></alias>\n"
    "\t\t\t<rom enabled=\"no\"></rom>\n";

NetworkPlan red_plan() {
  return plan_of({attachment("red", "tapb1f51a511f1", "02:00:00:00:00:01", 1450)});
}

class Completion : public ::testing::Test {
 protected:
  // Expects that `before` becomes `after`, that a second time changes nothing, and gives the
  // findings.
  Diagnostics completes(const std::string& before, const std::string& after) {
    Diagnostics diagnostics;
    EXPECT_EQ(apply_plan(before, plan_, "patchbay", diagnostics), after);
    Diagnostics none;
    EXPECT_EQ(apply_plan(after, plan_, "patchbay", none), after);
    EXPECT_THAT(none, IsEmpty());
    return diagnostics;
  }
  DomainWishes& wishes() { return plan_.attachments[0].domain; }

  NetworkPlan plan_ = red_plan();
};

TEST_F(Completion, WhatIsRightStays) {
  EXPECT_THAT(completes(domain(kRed), domain(kRed)), IsEmpty());
}

TEST_F(Completion, AWrongValueIsCorrectedInPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {"size=\"1450\"", "size=\"1480\""},
      {"dev=\"tapb1f51a511f1\"", "dev=\"podb1f51a511f1\""},
      {"managed=\"no\"", "managed=\"yes\""},
      {"type=\"virtio-non-transitional\"", "type=\"e1000e\""},
      {"address=\"02:00:00:00:00:01\"", "address=\"02:00:00:00:00:09\""},
      {"enabled=\"no\"", "enabled=\"yes\""},
  };
  for (const auto& [right, wrong] : cases) {
    const Diagnostics found = completes(domain(with(kRed, right, wrong)), domain(kRed));
    ASSERT_THAT(found, SizeIs(1)) << wrong;
    EXPECT_EQ(found[0].severity, Severity::kWarning);
    EXPECT_EQ(found[0].network, "red");
    EXPECT_THAT(found[0].message, HasSubstr("expected " + right.substr(right.find('"'))));
    EXPECT_THAT(found[0].message, HasSubstr("found " + wrong.substr(wrong.find('"'))));
    EXPECT_NE(found[0].hint, "");
  }
}

TEST_F(Completion, ADiagnosticSaysWhere) {
  const Diagnostics found =
      completes(domain(with(kRed, "size=\"1450\"", "size=\"1480\"")), domain(kRed));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].where, "/domain/devices/interface[alias/@name=\"ua-red\"]/mtu/@size");
  EXPECT_EQ(found[0].message, "expected \"1450\", found \"1480\": corrected");
}

TEST_F(Completion, AMissingElementIsAddedWhereKubeVirtHasIt) {
  for (const std::string line :
       {"\t\t\t<target dev=\"tapb1f51a511f1\" managed=\"no\"></target>\n",
        "\t\t\t<model type=\"virtio-non-transitional\"></model>\n",
        "\t\t\t<mac address=\"02:00:00:00:00:01\"></mac>\n", "\t\t\t<mtu size=\"1450\"></mtu>\n",
        "\t\t\t<rom enabled=\"no\"></rom>\n"}) {
    const Diagnostics found = completes(domain(with(kRed, line, "")), domain(kRed));
    ASSERT_THAT(found, SizeIs(1)) << line;
    EXPECT_EQ(found[0].severity, Severity::kNote);
  }
}

TEST_F(Completion, SeveralMissingElementsComeInKubeVirtsOrder) {
  wishes().boot_order = 1;
  wishes().acpi_index = 7;
  wishes().link_down = true;
  wishes().queues = 2;
  wishes().iommu = true;
  wishes().rom_off = false;
  wishes().pci_address = PciAddress::parse("0000:01:02.3");
  const Diagnostics found =
      completes(domain("\t\t\t<alias name=\"ua-red\"></alias>\n"),
                domain("\t\t\t<address type=\"pci\" domain=\"0x0000\" bus=\"0x01\" slot=\"0x02\" "
                       "function=\"0x3\"></address>\n"
                       "\t\t\t<target dev=\"tapb1f51a511f1\" managed=\"no\"></target>\n"
                       "\t\t\t<model type=\"virtio-non-transitional\"></model>\n"
                       "\t\t\t<mac address=\"02:00:00:00:00:01\"></mac>\n"
                       "\t\t\t<mtu size=\"1450\"></mtu>\n"
                       "\t\t\t<boot order=\"1\"></boot>\n"
                       "\t\t\t<link state=\"down\"></link>\n"
                       "\t\t\t<alias name=\"ua-red\"></alias>\n"
                       "\t\t\t<driver name=\"vhost\" queues=\"2\" iommu=\"on\"></driver>\n"
                       "\t\t\t<acpi index=\"7\"></acpi>\n"));
  EXPECT_THAT(found, SizeIs(9));
}

TEST_F(Completion, AMissingAttributeIsAdded) {
  completes(domain(with(kRed, " managed=\"no\"", "")), domain(kRed));
  completes(
      domain(with(kRed, "<target dev=\"tapb1f51a511f1\" managed=\"no\"></target>", "<target/>")),
      domain(with(kRed, "<target dev=\"tapb1f51a511f1\" managed=\"no\"></target>",
                  "<target dev=\"tapb1f51a511f1\" managed=\"no\"/>")));
  wishes().iommu = true;
  completes(domain(kRed + "\t\t\t<driver name='vhost' />\n"),
            domain(kRed + "\t\t\t<driver name='vhost' iommu=\"on\" />\n"));
}

TEST_F(Completion, LibvirtsSpellingIsRight) {
  wishes().pci_address = PciAddress::parse("0000:0a:00.0");
  const std::string libvirts = R"(<domain type='kvm'>
  <devices>
    <interface type='ethernet'>
      <mac address='02:00:00:00:00:01'/>
      <target dev='tapb1f51a511f1' managed='no'/>
      <model type='virtio-non-transitional'/>
      <link state='up'/>
      <mtu size='1450'/>
      <alias name='ua-red'/>
      <rom enabled='no'/>
      <address type='pci' domain='0x0' bus='10' slot='0x00' function='0x0' multifunction='on'/>
    </interface>
  </devices>
</domain>
)";
  EXPECT_THAT(completes(libvirts, libvirts), IsEmpty());
  completes(with(libvirts, "      <rom enabled='no'/>\n", ""),
            with(with(libvirts, "      <rom enabled='no'/>\n", ""), "multifunction='on'/>\n",
                 "multifunction='on'/>\n      <rom enabled=\"no\"></rom>\n"));
  completes(with(libvirts, "bus='10'", "bus='0x10'"), with(libvirts, "bus='10'", "bus='0x0a'"));
}

TEST_F(Completion, UpperCaseMacIsTheSameMac) {
  plan_.attachments[0].mac = Mac::parse("02:00:00:00:ab:cd");
  const std::string upper = domain(with(kRed, "02:00:00:00:00:01", "02:00:00:00:AB:CD"));
  EXPECT_THAT(completes(upper, upper), IsEmpty());
}

TEST_F(Completion, WhatThePlanLeavesOpenStays) {
  plan_.attachments[0].mtu = 0;
  wishes().rom_off = false;
  const std::string theirs =
      domain(kRed +
             "\t\t\t<boot order=\"3\"></boot>\n\t\t\t<acpi index=\"5\"></acpi>\n"
             "\t\t\t<address type=\"pci\" domain=\"0x0000\" bus=\"0x05\" slot=\"0x00\" "
             "function=\"0x0\"></address>\n"
             "\t\t\t<bandwidth><inbound average=\"1\"></inbound></bandwidth><!-- mtu size='1' -->\n"
             "\t\t\t<driver name=\"vhost\" iommu=\"on\"></driver>\n");
  EXPECT_THAT(completes(theirs, theirs), IsEmpty());
}

TEST_F(Completion, ALinkThatIsDownGoesUpOnlyIfThePlanSaysSo) {
  const std::string down = domain(kRed + "\t\t\t<link state=\"down\"></link>\n");
  const std::string up = domain(kRed + "\t\t\t<link state=\"up\"></link>\n");
  EXPECT_THAT(completes(down, up), SizeIs(1));
  wishes().link_down = true;
  EXPECT_THAT(completes(up, down), SizeIs(1));
  EXPECT_THAT(completes(down, down), IsEmpty());
}

TEST_F(Completion, QueuesThatTheTapHasNotAreTakenAway) {
  const Diagnostics found =
      completes(domain(kRed + "\t\t\t<driver name=\"vhost\" queues=\"4\"></driver>\n"),
                domain(kRed + "\t\t\t<driver name=\"vhost\"></driver>\n"));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].severity, Severity::kWarning);
  EXPECT_THAT(found[0].message, HasSubstr("does not start"));
  wishes().iommu = true;
  completes(domain(kRed + "\t\t\t<driver\n\tqueues='4'\n\tname=\"vhost\"/>\n"),
            domain(kRed + "\t\t\t<driver\n\tname=\"vhost\" iommu=\"on\"/>\n"));
  completes(domain(kRed + "\t\t\t<driver name=\"vhost\" queues=\"4\"></driver>\n"),
            domain(kRed + "\t\t\t<driver name=\"vhost\" iommu=\"on\"></driver>\n"));
}

TEST_F(Completion, TheOneQueueOfAVmWithOneCpuIsRaisedToWhatTheTapNeeds) {
  wishes().queues = 2;
  const std::string raised = domain(kRed + "\t\t\t<driver name=\"vhost\" queues=\"2\"></driver>\n");
  const Diagnostics of_kubevirt = completes(with(raised, "queues=\"2\"", "queues=\"1\""), raised);
  ASSERT_THAT(of_kubevirt, SizeIs(1));
  EXPECT_THAT(of_kubevirt[0].hint, HasSubstr("several CPUs"));
  const Diagnostics of_another = completes(with(raised, "queues=\"2\"", "queues=\"8\""), raised);
  ASSERT_THAT(of_another, SizeIs(1));
  EXPECT_THAT(of_another[0].hint, HasSubstr("another hook sidecar"));
}

TEST_F(Completion, OtherModelsThanVirtioGetNoDriver) {
  wishes().model = "e1000e";
  wishes().queues = 4;
  wishes().iommu = true;
  const std::string e1000e = domain(with(kRed, "virtio-non-transitional", "e1000e"));
  EXPECT_THAT(completes(e1000e, e1000e), IsEmpty());
}

TEST_F(Completion, TheAliasIsComparedAsAParserReadsIt) {
  const std::string escaped_alias =
      domain(with(kRed, "name=\"ua-red\"", "name='&#117;a-r&#x65;d'"));
  EXPECT_THAT(completes(escaped_alias, escaped_alias), IsEmpty());
  EXPECT_THAT(interfaces_in(applied(domain(with(kRed, "ua-red", "ua-Red")), plan_)), SizeIs(2));
  EXPECT_THAT(interfaces_in(applied(domain(with(kRed, "ua-red", "ua-red2")), plan_)), SizeIs(2));
}

TEST_F(Completion, LookAlikesAreNotTouched) {
  const std::string wrong =
      "<interface type=\"ethernet\"><mtu size=\"1\"/><alias name=\"ua-red\"/></interface>";
  const std::string around =
      "<?xml version='1.0' encoding='UTF-8'?>\n<!-- " + wrong + " -->\n" +
      "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' xmlns:x='u'>\n" +
      "<metadata><x:m>" + wrong + "</x:m></metadata>" + wrong + "<description><![CDATA[" + wrong +
      "]]></description>\n" + "\t<devices><x:interface><alias name='ua-red'/></x:interface>" +
      "<interface xmlns='u' type='ethernet'><alias name='ua-red'/></interface>" + "<!-- " + wrong +
      " --><?pi " + wrong + "?><controller>" + wrong + "</controller>\n" +
      "\t\t<interface type=\"ethernet\">\n" + kRed + "\t\t</interface>\n\t</devices>\n" +
      "\t<qemu:commandline><qemu:arg value='-x'/></qemu:commandline>\n</domain>\n<!-- end -->\n";
  EXPECT_THAT(completes(around, around), IsEmpty());
  completes(with(around, "size=\"1450\"", "size=\"9\""), around);
}

TEST_F(Completion, OtherBindingsAndOthersNicsStay) {
  const std::string wrong = domain(with(kRed, "size=\"1450\"", "size=\"1480\""));
  plan_.attachments[0].binding = "patchbay-dhcp";
  EXPECT_THAT(completes(wrong, wrong), IsEmpty());
  plan_.attachments[0].binding = "patchbay";
  plan_.attachments[0].ours = false;
  EXPECT_THAT(completes(wrong, wrong), IsEmpty());
}

TEST_F(Completion, TextOnOneLineStaysOnOneLine) {
  completes(
      "<domain><devices><interface type='ethernet'><alias "
      "name='ua-red'/></interface></devices></domain>",
      "<domain><devices><interface type='ethernet'>"
      "<target dev=\"tapb1f51a511f1\" managed=\"no\"></target>"
      "<model type=\"virtio-non-transitional\"></model>"
      "<mac address=\"02:00:00:00:00:01\"></mac><mtu size=\"1450\"></mtu><alias name='ua-red'/>"
      "<rom enabled=\"no\"></rom></interface></devices></domain>");
}

TEST_F(Completion, WhatCannotBeCompletedIsAConflict) {
  const auto conflict = [&](const std::string& xml) {
    Error error = error_of([&] { applied(xml, plan_); });
    EXPECT_EQ(error.errc(), Errc::kConflict);
    EXPECT_THAT(error.message(), HasSubstr("network \"red\""));
    EXPECT_THAT(error.message(), HasSubstr("expected at most one device of alias \"ua-red\""));
    return error.message();
  };
  const std::string nic = "<interface type='ethernet'><alias name='ua-red'/></interface>";
  EXPECT_THAT(conflict("<domain><devices>" + nic + nic + "</devices></domain>"),
              HasSubstr("two of them"));
  EXPECT_THAT(conflict(with(domain(kRed), "type=\"ethernet\"", "type=\"network\"")),
              HasSubstr("\"interface\" of type \"network\""));
  EXPECT_THAT(conflict(with(domain(kRed), " type=\"ethernet\"", "")), HasSubstr("without a type"));
  EXPECT_THAT(conflict("<domain><devices><hostdev type='pci'><alias "
                       "name='ua-red'/></hostdev></devices></domain>"),
              HasSubstr("\"hostdev\" of type \"pci\""));
}

TEST_F(Completion, APlanThatDoesNotKnowItsTapOrMacOrModelIsRefused) {
  const auto refused = [](const NetworkPlan& plan, const std::string& what) {
    const Error error = error_of([&] { applied(domain(kRed), plan); });
    EXPECT_EQ(error.errc(), Errc::kInvalidInput);
    EXPECT_THAT(error.message(), HasSubstr("network \"red\""));
    EXPECT_THAT(error.message(), HasSubstr(what));
  };
  NetworkPlan plan = red_plan();
  plan.attachments[0].tap = IfName();
  refused(plan, "its tap");
  plan = red_plan();
  plan.attachments[0].mac = Mac();
  refused(plan, "its MAC address");
  plan = red_plan();
  plan.attachments[0].domain.model.clear();
  refused(plan, "its NIC model");
}

TEST(ApplyPlan, RefusesWhatIsNoDomain) {
  for (const std::string xml :
       {"", "<domain/>", "<domain></domain>", "<devices/>", "<network><devices/></network>",
        "<domain xmlns='u'><devices/></domain>", "<domain><devices xmlns='u'/></domain>",
        "<x:domain xmlns:x='u'><devices/></x:domain>", "<domain><x><devices/></x></domain>",
        "<domain><devices/><devices/></domain>", "<domain><devices/></domain><domain/>",
        "<!DOCTYPE domain><domain><devices/></domain>", "<domain><devices/></domain>x",
        "<domain><devices a='1' a='1'/></domain>", "<domain><devices>\xFF</devices></domain>"}) {
    EXPECT_EQ(error_of([&] { applied(xml, red_plan()); }).errc(), Errc::kMalformed) << xml;
    EXPECT_EQ(error_of([&] { applied(xml, NetworkPlan()); }).errc(), Errc::kMalformed)
        << "also where there is nothing to do: " << xml;
  }
}

}  // namespace
}  // namespace patchbay::domainxml
