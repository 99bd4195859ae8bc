// Which readings are one VM, and whose word is taken.
#include "sources.h"

namespace patchbay::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;

std::string devices(const std::string& macs_and_types) {
  return R"({"devices":[)" + macs_and_types + "]}";
}

std::string device(const std::string& type, const std::string& mac) {
  return R"({"type":")" + type + R"(","macAddress":")" + mac + "\"}";
}

TEST(ImportMerge, DeviceInfoFindsItsVmByMacInAnyCase) {
  const Inventory inventory =
      import_texts({devices(device("VirtualE1000e", "00-50-56-00-01-AB")),
                    vm_info("a", "", "aa", "vm-1"), vm_info("b", "", "ab", "vm-2")});
  EXPECT_EQ(inventory.vms.at("b").nics[1].adapter, "e1000e");
  EXPECT_EQ(inventory.vms.at("b").nics[0].adapter, "");
  EXPECT_EQ(inventory.vms.at("a").nics[1].adapter, "");
  EXPECT_THAT(inventory.diagnostics, IsEmpty());
}

TEST(ImportMerge, AContradictionNamesBothSources) {
  const Inventory inventory =
      import_texts({vmx("a",
                        "ethernet0.present = \"TRUE\"\nethernet0.virtualDev = \"e1000\"\n"
                        "ethernet0.address = \"00:50:56:00:00:01\"\n"),
                    devices(device("VirtualVmxnet3", "00:50:56:00:00:01"))});
  EXPECT_EQ(inventory.vms.at("a").nics[0].adapter, "e1000");
  ASSERT_THAT(inventory.diagnostics, SizeIs(1));
  EXPECT_EQ(inventory.diagnostics[0].where, "0, 1");
  EXPECT_THAT(
      inventory.diagnostics[0].message,
      AllOf(HasSubstr("adapter"), HasSubstr("\"e1000\" in 0"), HasSubstr("\"vmxnet3\" in 1")));
}

TEST(ImportMerge, OneNameIsNotOneVm) {
  const Inventory inventory =
      import_texts({vm_info("a", "", "01", "vm-1"), vm_info("a", "", "02", "vm-2")});
  EXPECT_THAT(inventory.vms, ElementsAre(Key("a"), Key("a (2)")));
  ASSERT_THAT(inventory.diagnostics, SizeIs(1));
  EXPECT_THAT(inventory.diagnostics[0].message, HasSubstr("\"a (2)\""));
}

TEST(ImportMerge, AClonesMacDoesNotMakeTwoVmsOne) {
  const Inventory inventory =
      import_texts({vm_info("a", "", "01", "vm-1"), vm_info("b", "", "01", "vm-2"),
                    devices(device("VirtualE1000", "00:50:56:00:00:01"))});
  EXPECT_THAT(inventory.vms, ElementsAre(Key("a"), Key("b")));
  EXPECT_EQ(inventory.vms.at("a").nics[0].adapter, "");
  ASSERT_THAT(inventory.diagnostics, SizeIs(1));
  EXPECT_THAT(inventory.diagnostics[0].message, HasSubstr("several"));
}

TEST(ImportMerge, OneUuidIsOneVmWhateverItIsCalled) {
  const Inventory inventory = import_texts(
      {vmx("old", "uuid.bios = \"56 4d 1f 1d fe 8d 36 a1-5c 87 af cb 8a 74 c5 1e\"\n"),
       R"({"virtualMachines":[{"name":"new","config":{"uuid":"564D1F1D-FE8D-36a1-5c87-afcb8a74c51e",)"
       R"("firmware":"efi"}}]})"});
  ASSERT_THAT(inventory.vms, SizeIs(1));
  EXPECT_EQ(inventory.vms.begin()->second.firmware, "efi");
}

TEST(ImportMerge, AnOvfWithoutMacsJoinsByNameAndPlace) {
  const std::string ovf =
      R"(<Envelope><VirtualSystem><Name>a</Name><VirtualHardwareSection>)"
      R"(<Item><ResourceType>10</ResourceType><ResourceSubType>E1000</ResourceSubType></Item>)"
      R"(<Item><ResourceType>10</ResourceType><ResourceSubType>VmxNet3</ResourceSubType></Item>)"
      R"(</VirtualHardwareSection></VirtualSystem></Envelope>)";
  const Inventory inventory = import_texts({ovf, vm_info("a", "")});
  ASSERT_THAT(inventory.vms.at("a").nics, SizeIs(2));
  EXPECT_EQ(inventory.vms.at("a").nics[0].adapter, "e1000");
  EXPECT_EQ(inventory.vms.at("a").nics[1].mac_as_configured, "00:50:56:00:01:01");
  EXPECT_THAT(inventory.vms.at("a").sources, ElementsAre("0", "1"));
}

TEST(ImportMerge, ANicThatOneSourceLacksIsSaid) {
  const Inventory inventory = import_texts(
      {vm_info("a", ""), vmx("a",
                             "ethernet0.present = \"TRUE\"\nethernet0.networkName = \"x\"\n"
                             "ethernet0.address = \"00:50:56:00:00:01\"\n"
                             "ethernet1.present = \"TRUE\"\nethernet1.networkName = \"y\"\n"
                             "ethernet1.address = \"00:50:56:00:00:99\"\n")});
  EXPECT_THAT(inventory.vms.at("a").nics, SizeIs(2));
  EXPECT_THAT(inventory.diagnostics.back().message, HasSubstr("00:50:56:00:00:99"));
}

TEST(ImportMerge, AGuestThatNoVmHasIsLeftOutAndSaid) {
  const Inventory inventory =
      import_texts({R"({"_typeName":"GuestInfo","net":[{"macAddress":"00:50:56:00:00:77"}]})",
                    vm_info("a", "")});
  EXPECT_THAT(inventory.vms, ElementsAre(Key("a")));
  ASSERT_THAT(inventory.diagnostics, SizeIs(1));
  EXPECT_THAT(inventory.diagnostics[0].message, HasSubstr("left out"));
}

TEST(ImportMerge, ANameThatTwoNetworksHaveIsNoNetwork) {
  const std::string two =
      R"({"elements":[)"
      R"({"Object":{"self":{"type":"DistributedVirtualPortgroup","value":"dvportgroup-1"},)"
      R"("name":"a%2fb","config":{"defaultPortConfig":{"vlan":{"vlanId":7}}}}},)"
      R"({"Object":{"self":{"type":"Network","value":"network-2"},"name":"a%2fb"}}]})";
  const std::string ovf =
      R"(<Envelope><VirtualSystem><Name>x</Name><VirtualHardwareSection>)"
      R"(<Item><ResourceType>10</ResourceType><Connection>a/b</Connection></Item>)"
      R"(</VirtualHardwareSection></VirtualSystem></Envelope>)";
  const Nic ambiguous = import_texts({two, ovf}).vms.at("x").nics[0];
  EXPECT_THAT(ambiguous.warnings, ::testing::Contains(NicWarning::kNetworkAmbiguous));
  EXPECT_EQ(ambiguous.network.key, "");
  EXPECT_EQ(ambiguous.network.vlan.mode, Vlan::Mode::kUnknown);

  // A VMX says that it is a standard portgroup's.
  const Nic standard =
      import_texts({two, vmx("x", "ethernet0.present=\"TRUE\"\nethernet0.networkName=\"a/b\"\n")})
          .vms.at("x")
          .nics[0];
  EXPECT_EQ(standard.network.key, "network-2");
}

}  // namespace
}  // namespace patchbay::cli
