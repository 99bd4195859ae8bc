#include "domainxml/seed_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libvirt_oracle.h"
#include "support.h"

namespace patchbay::domainxml {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kFile[] = "/var/run/kubevirt-hooks/hook-sidecar-0/patchbay-seed/seed.iso";
constexpr char kScsiAddress[] = R"(controller="0" bus="0" target="1" unit="0")";

std::string with_disc(std::string_view xml, Guest guest = Guest::kLinux) {
  return add_seed_disk(xml, kFile, guest);
}

// KubeVirt's documents of VMIs, each with what its VM has.
const std::vector<std::string> kDomains = {"01-masq-plus-one/domain.xml",
                                           "01-masq-plus-one/domain.pass1-placeholders.xml",
                                           "01-masq-plus-one/domain.pass2.xml",
                                           "09-s390x/domain.xml",
                                           "25-sev/domain.xml",
                                           "28-place-on-root-complex/domain.xml"};

std::string sata_disk(const std::string& target, const std::string& address = "") {
  return "<disk device=\"cdrom\" type=\"file\"><target bus=\"sata\" dev=\"" + target +
         "\"></target>" + address + "</disk>";
}

std::string domain_with(const std::string& devices) {
  return "<domain><devices><emulator>/q</emulator>" + devices + "</devices></domain>";
}

TEST(SeedDisk, LooksAsKubeVirtWritesADisk) {
  const std::string xml = fixture("12-nocloud-userdata/domain.xml");
  const std::string expected =
      "\n\t\t<disk device=\"cdrom\" type=\"file\">"
      "\n\t\t\t<source file=\"" +
      std::string(kFile) +
      "\" startupPolicy=\"optional\"></source>"
      "\n\t\t\t<target bus=\"scsi\" dev=\"sdzz\"></target>"
      "\n\t\t\t<driver name=\"qemu\" type=\"raw\"></driver>"
      "\n\t\t\t<readonly></readonly>"
      "\n\t\t\t<alias name=\"ua-patchbay_seed\"></alias>"
      "\n\t\t\t<address type=\"drive\" controller=\"0\" bus=\"0\" target=\"1\" "
      "unit=\"0\"></address>"
      "\n\t\t</disk>";
  EXPECT_EQ(with_disc(xml), with(xml, "\n\t\t<serial type", expected + "\n\t\t<serial type"));
}

TEST(SeedDisk, IsAddedOnceAndNothingElseChanges) {
  for (const std::string& name : kDomains) {
    for (const Guest guest : {Guest::kLinux, Guest::kWindows}) {
      const std::string xml = fixture(name);
      const std::string made = with_disc(xml, guest);
      EXPECT_EQ(with_disc(made, guest), made) << name;
      const size_t begin =
          made.find("\n\t\t<disk device=\"cdrom\" type=\"file\">\n\t\t\t<source file=\"" +
                    std::string(kFile));
      ASSERT_NE(begin, std::string::npos) << name;
      const size_t end = made.find("</disk>", begin) + 7;
      EXPECT_EQ(made.substr(0, begin) + made.substr(end), xml) << name;
    }
  }
}

// libvirt 9's own words for the disc, spelt and ordered its way.
TEST(SeedDisk, IsKnownAsLibvirtWritesIt) {
  const std::string normalised =
      "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='" +
      std::string(kFile) +
      "' startupPolicy='optional' index='1'/><backingStore/><target dev='sdzz' bus='scsi'/>"
      "<readonly/><alias name='ua-patchbay_seed'/>"
      "<address type='drive' controller='0' bus='0' target='1' unit='0'/></disk>";
  const std::string xml = domain_with(normalised);
  EXPECT_EQ(with_disc(xml), xml);
}

TEST(SeedDisk, LibvirtTakesItAndKeepsIt) {
  for (const std::string& name : kDomains) {
    for (const Guest guest : {Guest::kLinux, Guest::kWindows}) {
      const Scratch scratch;
      const std::string file =
          scratch.write("domain.xml", for_libvirt(with_disc(fixture(name), guest)));
      const Outcome schema = run("virt-xml-validate " + file + " domain");
      EXPECT_EQ(schema.status, 0) << schema.output;
      const std::string vm = std::regex_replace(name, std::regex("/.*"), "");
      const Outcome parser = run("virsh -q -c test:///default 'define --validate " + file +
                                 "; dumpxml --inactive default_vm-" + vm + "'");
      ASSERT_EQ(parser.status, 0) << parser.output;
      const std::string dump = parser.output.substr(parser.output.find("<domain"));
      EXPECT_EQ(with_disc(dump, guest), dump);
      EXPECT_THAT(dump, HasSubstr("startupPolicy='optional'"));
      EXPECT_THAT(dump, HasSubstr("<readonly/>"));
    }
  }
}

TEST(SeedDisk, IsOnSataForWindowsAndWhereNoScsiIsThatGuestsDrive) {
  const std::string scsi = "<controller type=\"scsi\" index=\"0\" model=\"virtio-scsi\"/>";
  EXPECT_THAT(with_disc(domain_with(scsi)), HasSubstr(kScsiAddress));
  for (const std::string& xml :
       {with_disc(domain_with(scsi), Guest::kWindows), with_disc(domain_with("")),
        with_disc(domain_with("<controller type=\"scsi\" index=\"0\" model=\"lsilogic\"/>")),
        with_disc(domain_with("<controller type=\"scsi\" index=\"1\" model=\"virtio-scsi\"/>"))}) {
    EXPECT_THAT(xml, HasSubstr("bus=\"sata\""));
    EXPECT_THAT(xml, HasSubstr(R"(controller="0" bus="0" target="0" unit="5")"));
  }
}

TEST(SeedDisk, TakesTheLastFreeSataPort) {
  const auto port_with = [](const std::string& disks) {
    const std::string xml = with_disc(domain_with(disks));
    const size_t begin = xml.rfind("controller=\"");
    return xml.substr(begin, xml.find('>', begin) - begin);
  };
  EXPECT_EQ(port_with(sata_disk("sda")), R"(controller="0" bus="0" target="0" unit="5")");
  EXPECT_EQ(port_with(sata_disk("sdf")), R"(controller="0" bus="0" target="0" unit="4")");
  EXPECT_EQ(port_with(sata_disk(
                "sda", R"(<address type="drive" controller="0" bus="0" target="0" unit="5"/>)")),
            R"(controller="0" bus="0" target="0" unit="4")");
  std::string six;
  for (const char* target : {"sda", "sdb", "sdc", "sdd", "sde", "sdf"}) six += sata_disk(target);
  EXPECT_EQ(port_with(six), R"(controller="1" bus="0" target="0" unit="5")");
  EXPECT_EQ(port_with(six + sata_disk("sdl")), R"(controller="1" bus="0" target="0" unit="4")");
  EXPECT_EQ(port_with("<disk><target bus=\"scsi\" dev=\"sdf\"/></disk>"),
            R"(controller="0" bus="0" target="0" unit="5")")
      << "another bus";
}

TEST(SeedDisk, StandsBehindTheLastDevicesWhereThereIsNoDisk) {
  EXPECT_THAT(with_disc(domain_with("<interface/>")), HasSubstr("<interface/><disk "));
  EXPECT_EQ(error_of([] { with_disc("<domain><devices/></domain>"); }).errc(), Errc::kMalformed);
}

TEST(SeedDisk, EscapesThePath) {
  EXPECT_THAT(add_seed_disk(domain_with(""), "/a\"><b&", Guest::kLinux),
              HasSubstr("file=\"/a&quot;&gt;&lt;b&amp;\""));
}

TEST(SeedDisk, LeavesTheDiscOfAnotherContainer) {
  const std::string own = with_disc(domain_with(""));
  EXPECT_EQ(add_seed_disk(own, "/plugin/seed.iso", Guest::kLinux, "/var/run/kubevirt-hooks"), own);
  for (const char* folder : {"", "/var/run/kubevirt", "/plugin"}) {
    const Error error =
        error_of([&] { add_seed_disk(own, "/plugin/seed.iso", Guest::kLinux, folder); });
    EXPECT_EQ(error.errc(), Errc::kConflict) << folder;
  }
}

TEST(SeedDisk, RefusesADeviceThatHasItsNameOrTarget) {
  const std::string own = with_disc(domain_with(""));
  const std::string disc =
      own.substr(own.find("<disk "), own.find("</disk>") + 7 - own.find("<disk "));
  for (const std::string& devices :
       {std::string("<interface><alias name=\"ua-patchbay_seed\"/></interface>"), sata_disk("sdzz"),
        disc + disc, with(disc, "hook-sidecar-0", "hook-sidecar-1"), with(disc, "sdzz", "sdx")}) {
    const Error error = error_of([&] { with_disc(domain_with(devices)); });
    EXPECT_EQ(error.errc(), Errc::kConflict) << devices;
    EXPECT_THAT(error.message(), HasSubstr("ua-patchbay_seed"));
  }
}

}  // namespace
}  // namespace patchbay::domainxml
