// Each reader's corners; the fixtures (import_golden_test.cc) are the rule.
#include "plan/error.h"
#include "sources.h"

namespace patchbay::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string refusal(const std::string& text) {
  try {
    read_source(text, "FILE");
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

TEST(ImportReaders, WhatIsNoSourceIsRefusedWithWhatWasLookedFor) {
  for (const char* text : {"", " \n", "hello", "{}", "[]", "[1]", "3", "<domain/>", "kind: Secret",
                           "{\"kind\": \"NetworkMapping\"}"}) {
    EXPECT_THAT(refusal(text), AllOf(HasSubstr("FILE: is "), HasSubstr("a VMX file"))) << text;
  }
}

TEST(ImportReaders, WhatIsBrokenIsRefusedWithItsPlace) {
  EXPECT_THAT(refusal(R"({"devices":[{"key":"x","macAddress":""}]})"),
              HasSubstr("FILE.devices[0].key: expected a whole number, found \"x\""));
  EXPECT_THAT(refusal(R"({"devices":[{"macAddress":"00:50"}]})"), HasSubstr("macAddress"));
  EXPECT_THAT(refusal(R"({"devices":[)"), HasSubstr("FILE: is not JSON"));
  EXPECT_THAT(refusal("<!DOCTYPE Envelope><Envelope/>"), HasSubstr("FILE: "));
  EXPECT_THAT(refusal("<Envelope></Envelope>"), HasSubstr("without a VirtualSystem"));
  EXPECT_THAT(refusal("config.version=\"8\"\nethernet3.present=\"TRUE\"\nethernet3.address=\"x\""),
              HasSubstr("FILE: ethernet3.address"));
  EXPECT_THAT(refusal("kind: NetworkMap\nspec: {map: [{source: {id: a}}]}"), HasSubstr("spec.map"));
  EXPECT_THAT(refusal("00:50:56:11:00:01:ip:192.0.2.1"), HasSubstr("expected MAC:ip:ADDRESS"));
}

TEST(ImportReaders, SeveralDocumentsFollowOneAnother) {
  const auto update = [](const std::string& id, const std::string& name) {
    return R"({"obj":{"type":"DistributedVirtualPortgroup","value":")" + id +
           R"("},"changeSet":[{"name":"name","op":"assign","val":")" + name + R"("}]})";
  };
  const Reading reading = read_source(update("a", "\\\"}]{[") + update("b", "B") + "\n", "FILE");
  ASSERT_THAT(reading.networks, SizeIs(2));
  EXPECT_EQ(reading.networks[0].name, "\"}]{[");
  EXPECT_EQ(reading.networks[1].key, "b");
}

TEST(ImportReaders, SwitchTypesOfVcenterAndOfItsSimulator) {
  for (const char* type : {"VmwareDistributedVirtualSwitch", "DistributedVirtualSwitch"}) {
    const Reading reading = read_source(
        R"({"obj":{"type":")" + std::string(type) +
            R"(","value":"dvs-1"},"changeSet":[{"name":"name","op":"assign","val":"S"}]})",
        "FILE");
    ASSERT_THAT(reading.switches, SizeIs(1)) << type;
    EXPECT_EQ(reading.switches[0].name, "S");
  }
}

TEST(ImportReaders, AnNsxSegmentHasNoVlanWhateverItsPortsSay) {
  const Inventory inventory =
      import({"network/collect-dvportgroups.json", "network/dvs.portgroup.info.DSwitch-Prod.json"});
  for (const Network& network : inventory.networks) {
    if (network.name != "seg-web-overlay") continue;
    EXPECT_EQ(network.vlan, Vlan{.mode = Vlan::Mode::kOverlay});
    return;
  }
  FAIL() << "no segment";
}

TEST(ImportReaders, PortsThatDifferLeaveTheVlanOpen) {
  const auto port = [](const std::string& vlan) {
    return R"({"portgroupKey":"dvportgroup-1","config":{"setting":{"vlan":{"vlanId":)" + vlan +
           "}}}}";
  };
  const Reading same = read_source(R"({"port":[)" + port("5") + "," + port("5") + "]}", "FILE");
  EXPECT_EQ(same.networks.at(0).vlan.id, 5);
  const Reading reading = read_source(R"({"port":[)" + port("5") + "," + port("6") + "]}", "FILE");
  ASSERT_THAT(reading.networks, SizeIs(1));
  EXPECT_EQ(reading.networks[0].vlan.mode, Vlan::Mode::kUnknown);
  EXPECT_THAT(reading.diagnostics, SizeIs(1));
}

TEST(ImportReaders, VmxKeysInAnyCaseAndQuotesAsHex) {
  const Nic nic = only_nic(import_texts(
      {"# a comment = \"x\"\r\nvirtualHW.version = \"19\"\r\nDisplayName = \"a|22b|7C\"\r\n"
       "Ethernet0.Present = \"TRUE\"\r\nethernet0.generatedAddress = \"00:0C:29:00:00:01\"\r\n"
       "ethernet1.present = \"FALSE\"\r\nethernet0.startConnected = \"FALSE\"\r\n"
       "ethernet0.opaqueNetwork.id = \"seg\"\r\n"}));
  EXPECT_EQ(nic.mac_as_configured, "00:0C:29:00:00:01");
  EXPECT_EQ(nic.network.kind, "OpaqueNetwork");
  EXPECT_THAT(nic.warnings,
              ElementsAre(NicWarning::kNoGuestInfo, NicWarning::kNotConnectedAtStart));
  EXPECT_TRUE(
      import_texts({"config.version=\"8\"\ndisplayName=\"a|22b|7C\""}).vms.contains("a\"b|"));
}

TEST(ImportReaders, VmxInAnotherEncodingIsRefused) {
  for (const char* name : {"B\xfcro", "B|FCro"}) {
    try {
      read_source(std::string("config.version = \"8\"\ndisplayName = \"") + name + "\"\n", "FILE");
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.errc(), Errc::kMalformed);
      EXPECT_THAT(error.what(), HasSubstr("FILE: expected UTF-8, found other bytes in the setting "
                                          "\"displayname\"; convert it"));
    }
  }
}

TEST(ImportReaders, VmxPassedThroughDevicesAreSaid) {
  const Reading reading =
      read_source("config.version = \"8\"\npciPassthru0.present = \"TRUE\"\n", "FILE");
  ASSERT_THAT(reading.diagnostics, SizeIs(1));
  EXPECT_THAT(reading.diagnostics[0].message, HasSubstr("pciPassthru0"));
}

TEST(ImportReaders, Ovf2HasEthernetPortItems) {
  const Nic nic = only_nic(
      import_texts({"\xef\xbb\xbf<?xml version=\"1.0\"?><ovf:Envelope "
                    "xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/2\" "
                    "xmlns:epasd=\"e\"><ovf:VirtualSystem ovf:id=\"a\"><ovf:VirtualHardwareSection>"
                    "<ovf:EthernetPortItem><epasd:Address>00:50:56:00:00:01</epasd:Address>"
                    "<epasd:AutomaticAllocation>false</epasd:AutomaticAllocation>"
                    "<epasd:Connection>x</epasd:Connection><epasd:ResourceSubType>E1000 "
                    "PCNet32</epasd:ResourceSubType>"
                    "<epasd:ResourceType>10</epasd:ResourceType></ovf:EthernetPortItem>"
                    "</ovf:VirtualHardwareSection></ovf:VirtualSystem></ovf:Envelope>"}));
  EXPECT_EQ(nic.adapter, "e1000");
  EXPECT_EQ(nic.network.name, "x");
  EXPECT_FALSE(nic.start_connected);
  EXPECT_EQ(nic.mac, Mac::parse("00:50:56:00:00:01"));
}

TEST(ImportReaders, AnOvfTemplatesUnansweredQuestionsAreNoAddresses) {
  const Nic nic =
      only_nic(import_texts({"<Envelope><VirtualSystem id=\"a\"><VirtualHardwareSection><Item>"
                             "<ResourceType>10</ResourceType></Item></VirtualHardwareSection>"
                             "<ProductSection class=\"vami\"><Property key=\"ip0\" value=\"\"/>"
                             "<Property key=\"netmask0\" value=\"255.0.255.0\"/></ProductSection>"
                             "</VirtualSystem></Envelope>"}));
  EXPECT_EQ(nic.addressing, Addressing{});
}

std::string ovirt_vm(const std::string& rest) {
  return R"({"id":"1","name":"a","nics":{"nic":[{"interface":"pci_passthrough","plugged":"false",)"
         R"("mac":{"address":"56:6f:00:00:00:01"},"vnic_profile":{"id":"p"},"reported_devices":)"
         R"({"reported_device":[{"name":"ens3","mac":{"address":"56:6f:00:00:00:01"},"ips":{"ip":)"
         R"([{"address":"192.0.2.9"}]}}]}}]})" +
         rest + "}";
}

TEST(ImportReaders, OvirtWithoutInitializationHasCandidatesOnly) {
  const Nic nic = only_nic(import_texts({ovirt_vm("")}));
  EXPECT_EQ(nic.addressing.method, Method::kUnknown);
  ASSERT_THAT(nic.addressing.addresses, SizeIs(1));
  EXPECT_EQ(to_string(nic.addressing.addresses[0]), "192.0.2.9");
  EXPECT_THAT(nic.warnings, ElementsAre(NicWarning::kOriginUnknown, NicWarning::kPrefixUnknown,
                                        NicWarning::kSriov, NicWarning::kNotConnectedAtStart));
}

TEST(ImportReaders, OvirtsNicNamesAreTheGuestAgentsFirst) {
  const Nic nic = only_nic(import_texts({ovirt_vm(
      R"(,"initialization":{"nic_configurations":{"nic_configuration":[{"name":"ens3",)"
      R"("boot_protocol":"static","ip":{"address":"192.0.2.9","netmask":"255.255.255.128"}}]}})")}));
  EXPECT_EQ(nic.addressing.method, Method::kStatic);
  EXPECT_EQ(to_string(nic.addressing.addresses.at(0)), "192.0.2.9/25");
}

TEST(ImportReaders, OvirtListsOfVmsAndOfOneVmsParts) {
  const Inventory inventory =
      import_texts({R"({"vm":[)" + ovirt_vm("") + R"(,{"id":"2","name":"b"}]})",
                    R"({"nic":[{"mac":{"address":"56:6f:00:00:00:02"},"interface":"virtio",)"
                    R"("vm":{"id":"2"}}]})",
                    R"({"vnic_profile":[{"id":"p","name":"P","network":{"id":"n"}}]})",
                    R"({"network":[{"id":"n","name":"N","vlan":{"id":7}}]})"});
  EXPECT_EQ(inventory.vms.at("b").nics.at(0).adapter, "virtio");
  const Network& network = inventory.vms.at("a").nics.at(0).network;
  EXPECT_EQ(network.name, "P");
  EXPECT_EQ(network.owner_name, "N");
  EXPECT_EQ(network.vlan.id, 7);
}

TEST(ImportReaders, AStaticIpStringHasCandidatesAndBridges) {
  const Inventory inventory = import_texts(
      {"00:50:56:00:00:01:ip:10.0.0.1,10.0.0.254,24,10.0.0.53_00:50:56:00:00:01:ip:10.0.0.11,"
       "10.0.0.254,24,10.0.0.53_02:42:ac:11:00:01:ip:172.17.0.1,,16\n"});
  const Nic nic = only_nic(inventory);
  EXPECT_EQ(nic.addressing.method, Method::kUnknown);
  ASSERT_THAT(nic.addressing.addresses, SizeIs(2));
  EXPECT_EQ(to_string(nic.addressing.addresses[1]), "10.0.0.11/24");
  EXPECT_EQ(nic.addressing.gateway4, IpAddress::parse("10.0.0.254"));
  EXPECT_THAT(nic.addressing.dns, ElementsAre(IpAddress::parse("10.0.0.53")));
  EXPECT_THAT(nic.warnings, ElementsAre(NicWarning::kOriginUnknown));
  EXPECT_THAT(inventory.vms.begin()->second.ignored,
              ElementsAre("02:42:ac:11:00:01 172.17.0.1/16 (no virtual NIC)"));
}

TEST(ImportReaders, VmNamesInForkliftsJsonKeepTheirCase) {
  const Inventory inventory =
      import_texts({R"({"V2V_staticIPs":{"Web01":"00:50:56:00:00:01:ip:10.0.0.1,,24"}})"});
  EXPECT_TRUE(inventory.vms.contains("Web01"));
}

TEST(ImportReaders, ANetworkMapAsKubectlPrintsIt) {
  const std::string map =
      R"({"kind": "NetworkMap", "spec": {"map": [{"source": {"name": "x/y"}, "destination": )"
      R"({"type": "multus", "name": "n"}}]}})";
  const std::string network =
      R"({"elements":[{"Object":{"self":{"type":"Network","value":"n-1"},"name":"x%2fy"}}]})";
  for (const std::string& text : {map, R"({"kind": "List", "items": [)" + map + "]}"}) {
    const Inventory inventory = import_texts({text, network});
    ASSERT_THAT(inventory.networks, SizeIs(1));
    EXPECT_EQ(inventory.networks[0].destination, "n");
    EXPECT_THAT(inventory.diagnostics, IsEmpty());
  }
  EXPECT_THAT(import_texts({map}).diagnostics, SizeIs(1)) << "no network of that name";
}

}  // namespace
}  // namespace patchbay::cli
