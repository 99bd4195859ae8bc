#include "plan/vmi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"
#include "plan/network_info.h"
#include "tests/test_files.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;

Vmi fixture(const std::string& name) {
  return parse_vmi(read_text(fixtures() / name / "vmi.json"));
}

TEST(Vmi, ReadsWhatKubeVirtPasses) {
  const Vmi vmi = fixture("03-three-tap");
  EXPECT_EQ(vmi.name, "vm-03-three-tap");
  EXPECT_EQ(vmi.namespace_, "default");
  EXPECT_EQ(vmi.firmware_uuid, "5d307ca9-b3ef-428c-8861-06e72d69f203");
  EXPECT_EQ(vmi.architecture, "amd64");
  EXPECT_EQ(vmi.vcpus, 4U);
  EXPECT_TRUE(vmi.multiqueue);
  EXPECT_EQ(vmi.cloud_init, CloudInitVolume::kNone);
  ASSERT_EQ(vmi.interfaces.size(), 4U);
  EXPECT_EQ(vmi.interfaces[0].binding, "masquerade");
  const VmiInterface& red = vmi.interfaces[1];
  EXPECT_EQ(red.plugin, "patchbay");
  EXPECT_EQ(red.mac, Mac::parse("02:00:00:00:00:01"));
  EXPECT_EQ(red.boot_order, 2U);
  EXPECT_EQ(red.acpi_index, 101U);
  EXPECT_EQ(vmi.interfaces[2].model, "e1000e");
  EXPECT_EQ(vmi.interfaces[2].pci_address, PciAddress::parse("0000:81:00.1"));
  EXPECT_EQ(vmi.interfaces[3].state, "down");
  EXPECT_TRUE(find_network(vmi, "default")->pod);
  EXPECT_EQ(find_network(vmi, "red")->nad, "default/red-nad") << "the VMI's own namespace";
  EXPECT_EQ(find_network(vmi, "green")->nad, "other/green-nad");
  EXPECT_EQ(find_network(vmi, "pink"), nullptr);
}

TEST(Vmi, ReadsEveryFixture) {
  size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fixtures())) {
    if (!std::filesystem::exists(entry.path() / "vmi.json")) continue;
    EXPECT_NO_THROW(parse_vmi(read_text(entry.path() / "vmi.json"))) << entry.path();
    ++read;
  }
  EXPECT_GE(read, 18U);
  EXPECT_EQ(fixture("12-nocloud-userdata").cloud_init, CloudInitVolume::kNoCloud);
  EXPECT_EQ(fixture("16-configdrive").cloud_init, CloudInitVolume::kConfigDrive);
  EXPECT_TRUE(fixture("25-sev").launch_security);
  EXPECT_TRUE(fixture("26-virtio-transitional").virtio_transitional);
  EXPECT_EQ(fixture("10-sriov-mixed").interfaces.at(1).binding, "sriov");
}

std::string vmi_with(const std::string& interface, const std::string& network) {
  return R"({"metadata":{"name":"a","namespace":"b"},"spec":{"domain":{"devices":{"interfaces":[)" +
         interface + R"(]}},"networks":[)" + network + "]}}";
}

TEST(Vmi, CallsADefaultMultusNetworkThePodNetwork) {
  const Vmi vmi =
      parse_vmi(vmi_with(R"({"name":"n","bridge":{}})",
                         R"({"name":"n","multus":{"networkName":"x","default":true}})"));
  EXPECT_TRUE(vmi.networks[0].pod);
  EXPECT_EQ(vmi.networks[0].nad, "b/x");
}

std::string vmi_named(const std::string& name, const std::string& hostname = "") {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"hostname":")" + hostname +
         R"(","domain":{}}})";
}

TEST(Vmi, CallsTheGuestAsKubeVirtDoes) {
  EXPECT_EQ(parse_vmi(vmi_named("vm")).hostname, "vm");
  EXPECT_EQ(parse_vmi(vmi_named("vm.example.org")).hostname, "vm");
  EXPECT_EQ(parse_vmi(vmi_named(std::string(70, 'v'))).hostname, std::string(63, 'v'));
  EXPECT_EQ(parse_vmi(vmi_named("vm.example.org", "chosen")).hostname, "chosen");
}

TEST(Vmi, ReadsTheRunningGuestsMacs) {
  const Vmi vmi = parse_vmi(
      R"({"metadata":{},"spec":{"domain":{"devices":{"interfaces":[{"name":"a","bridge":{}},)"
      R"({"name":"b","bridge":{}}]}},"networks":[{"name":"a","pod":{}},)"
      R"({"name":"b","multus":{"networkName":"b"}}]},"status":{"interfaces":[)"
      R"({"name":"a","podInterfaceName":"eth0"},{"mac":"02:00:00:00:00:07","interfaceName":"eth7"},)"
      R"({"name":"b","mac":"02:00:00:00:00:0B","ipAddress":"10.0.0.7"}]}})");
  EXPECT_EQ(vmi.interfaces[0].guest_mac, std::nullopt);
  EXPECT_EQ(vmi.interfaces[1].guest_mac, Mac::parse("02:00:00:00:00:0b"));
}

TEST(Vmi, RefusesWithItsPath) {
  const auto where = [](const std::string& interface, const std::string& network) {
    try {
      parse_vmi(vmi_with(interface, network));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  const std::string network = R"({"name":"n","pod":{}})";
  EXPECT_THAT(
      where(R"({"name":"n","macAddress":"x"})", network),
      HasSubstr("VMI.spec.domain.devices.interfaces[0].macAddress: expected a unicast MAC"));
  EXPECT_THAT(where(R"({"name":"m"})", network), HasSubstr("\"m\" has no network of that name"));
  EXPECT_THAT(where(R"({"name":"n"},{"name":"n"})", network), HasSubstr("\"n\" twice"));
  EXPECT_THAT(where(R"({"name":"n","bootOrder":0})", network), HasSubstr("bootOrder"));
  EXPECT_THAT(where(R"({"name":7})", network), HasSubstr("expected a string, found 7"));
  EXPECT_THROW(parse_vmi("{}"), Error);
  EXPECT_THROW(parse_vmi(R"({"metadata":null,"spec":{}})"), Error);
}

TEST(NetworkInfo, ReadsTheFixtureAndAnEmptyFile) {
  const NetworkInfo info =
      parse_network_info(read_text(fixtures() / "10-sriov-mixed" / "network-info"));
  ASSERT_EQ(info.interfaces.size(), 2U);
  EXPECT_EQ(info.interfaces[0].network, "data");
  EXPECT_EQ(info.interfaces[0].device_type, "vdpa");
  EXPECT_EQ(info.interfaces[1].mac, Mac::parse("0a:58:0a:00:00:01"));
  EXPECT_EQ(info.interfaces[1].mtu, 1499U);
  EXPECT_EQ(parse_network_info("\n"), NetworkInfo());
  EXPECT_THROW(parse_network_info("{"), Error);
  EXPECT_THROW(parse_network_info(R"({"interfaces":[{"network":"a","mtu":70000}]})"), Error);
}

}  // namespace
}  // namespace patchbay
