// Which target each NIC gets, what its VM is called, and what is found before anything runs.
#include "cli/import_plan.h"

#include "cli/dns_label.h"
#include "cli/import_objects.h"
#include "cli/nic_model.h"
#include "plans.h"

namespace patchbay::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const std::string kStatic =
    guest(guest_nic(4000, {"10.0.0.1/24 manual"}) + "," + guest_nic(4001, {"10.0.1.1/24 manual"}));

// Distributed portgroups dvportgroup-1 "App" on switch S, dvportgroup-2 "App" on T, with VLANs.
std::string portgroups(const std::string& name1 = "App", const std::string& name2 = "App",
                       const std::string& vlan1 = R"({"vlanId":5})",
                       const std::string& vlan2 = R"({"vlanId":6})") {
  const auto one = [](const std::string& key, const std::string& name, const std::string& vlan,
                      const std::string& owner) {
    return R"({"Object":{"self":{"type":"DistributedVirtualPortgroup","value":")" + key +
           R"("},"name":")" + name + R"(","config":{"defaultPortConfig":{"vlan":)" + vlan +
           R"(},"distributedVirtualSwitch":{"value":")" + owner + R"("}}}},)" +
           R"({"Object":{"self":{"type":"VmwareDistributedVirtualSwitch","value":")" + owner +
           R"("},"name":")" + owner + R"("}})";
  };
  return R"({"elements":[)" + one("dvportgroup-1", name1, vlan1, "S") + "," +
         one("dvportgroup-2", name2, vlan2, "T") + "]}";
}

std::vector<std::string> nads_of(const VmPlan& vm) {
  std::vector<std::string> nads;
  for (const NicPlan& nic : vm.nics) nads.push_back(nic.target.nad);
  return nads;
}

TEST(ImportPlan, AKeyBeatsANameAndSwitchBeatsANameBeatsAVlan) {
  const std::string to = ", bridge: b}}\n";
  const std::string key = "- {from: {key: dvportgroup-1}, to: {nad: by-key" + to;
  const std::string by_switch = "- {from: {name: App, switch: S}, to: {nad: by-switch" + to;
  const std::string name = "- {from: {name: App, vlan: 6}, to: {nad: by-name" + to;
  const std::string vlan = "- {from: {vlan: 5}, to: {nad: by-vlan" + to;
  const auto nads = [&](const std::string& entries) {
    const ImportPlan plan = plan_of({vm_info("a", kStatic), portgroups()}, "networks:\n" + entries);
    EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty()) << entries;
    return nads_of(plan.vms.at(0));
  };
  EXPECT_THAT(nads(vlan + name + by_switch + key), ElementsAre("by-key", "by-name"));
  EXPECT_THAT(nads(vlan + name + by_switch), ElementsAre("by-switch", "by-name"));
  EXPECT_THAT(nads(vlan + name), ElementsAre("by-vlan", "by-name"));
}

TEST(ImportPlan, ANameOfTwoNetworksIsAnErrorThatListsThem) {
  const ImportPlan plan = plan_of({vm_info("a", kStatic), portgroups()},
                                  "networks: [{from: {name: App}, to: {nad: app, bridge: b}}]");
  const auto errors = errors_of(plan.diagnostics);
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_THAT(errors[0],
              AllOf(HasSubstr("VM \"a\", NIC 0"), HasSubstr("dvportgroup-1 of S, VLAN 5"),
                    HasSubstr("dvportgroup-2 of T, VLAN 6"), HasSubstr("by `key`")));
  EXPECT_THAT(plan.vms.at(0).nics, IsEmpty());
  EXPECT_THAT(plan.nads, IsEmpty());
}

// A source that has names only, as an OVF.
std::string named_vm(const std::string& network) {
  return "<Envelope><VirtualSystem><Name>o</Name><VirtualHardwareSection><Item>"
         "<ResourceType>10</ResourceType><Connection>" +
         network + "</Connection></Item></VirtualHardwareSection></VirtualSystem></Envelope>";
}

TEST(ImportPlan, ANicThatOnlyNamesAnAmbiguousNetworkIsNotGuessed) {
  const std::string same =
      "networks: [{from: {key: dvportgroup-1}, to: {nad: app, bridge: b}},"
      " {from: {key: dvportgroup-2}, to: {nad: app, bridge: b}}]";
  EXPECT_THAT(nads_of(plan_of({named_vm("App"), portgroups()}, same).vms.at(0)),
              ElementsAre("app"));
  const std::string two =
      "networks: [{from: {key: dvportgroup-1}, to: {nad: app, bridge: b}},"
      " {from: {key: dvportgroup-2}, to: {nad: other, bridge: b}}]";
  const ImportPlan plan = plan_of({named_vm("App"), portgroups()}, two);
  EXPECT_THAT(errors_of(plan.diagnostics),
              ElementsAre(AllOf(HasSubstr("a name of several"), HasSubstr("govc vm.info"))));
  EXPECT_THAT(plan.vms.at(0).nics, IsEmpty());
}

TEST(ImportPlan, AnUnmappedNicNamesTheLineToAdd) {
  const ImportPlan plan = plan_of(
      {vm_info("a", kStatic), vm_info("b", kStatic, "02", "vm-2"), portgroups("DMZ%2fWeb", "x")},
      "networks: [{from: {key: dvportgroup-2}, to: ignore}]");
  EXPECT_THAT(
      errors_of(plan.diagnostics),
      ElementsAre(AllOf(
          HasSubstr("VM \"a\", NIC 0; VM \"b\", NIC 0: is on \"DMZ/Web\" (dvportgroup-1"),
          HasSubstr("{from: {key: dvportgroup-1}, to: {nad: dmz-web, bridge: FILL_IN, vlan: 5}}"))))
      << "one finding for both";
  EXPECT_THAT(plan.vms.at(0).left_out,
              ElementsAre(Pair(1, HasSubstr("networks[0] ignores \"x\" (dvportgroup-2"))));
}

TEST(ImportPlan, NothingIsOnThePodNetworkUnasked) {
  EXPECT_THAT(plan_of({vm_info("a", kStatic)}, "networks: []").vms.at(0).nics, IsEmpty());
  const ImportPlan plan =
      plan_of({vm_info("a", kStatic)},
              "networks: [{from: {key: dvportgroup-1}, to: pod}, {from: {key: dvportgroup-2}, to: "
              "pod}]");
  EXPECT_THAT(errors_of(plan.diagnostics), ElementsAre(HasSubstr("2 NICs on the pod network")));
  const NicPlan& nic = plan.vms.at(0).nics.at(0);
  EXPECT_EQ(nic.network, "pod");
  EXPECT_EQ(nic.binding, "");
  EXPECT_THAT(warnings_of(plan.diagnostics)[0], HasSubstr("10.0.0.1/24 can't be kept"));
}

TEST(ImportPlan, ForkliftsMapServesWhereTheUsersOwnIsSilent) {
  const std::string forklift =
      "kind: NetworkMap\nspec:\n  map:\n"
      "  - {source: {id: dvportgroup-1}, destination: {type: multus, namespace: n, name: x}}\n"
      "  - {source: {id: dvportgroup-2}, destination: {type: ignored}}\n";
  const ImportPlan plan = plan_import(
      import_texts({vm_info("a", kStatic), portgroups("one", "two"), forklift}), NetworkMap{});
  ASSERT_THAT(plan.vms.at(0).nics, SizeIs(1));
  const Target& target = plan.vms[0].nics[0].target;
  EXPECT_EQ(target.name_space + "/" + target.nad, "n/x");
  EXPECT_TRUE(target.exists);
  EXPECT_THAT(plan.vms[0].left_out, ElementsAre(Pair(1, HasSubstr("Forklift's NetworkMap"))));
  EXPECT_THAT(plan.nads, IsEmpty());
  const ImportPlan own = plan_of({vm_info("a", kStatic), portgroups("one", "two"), forklift},
                                 "networks: [{from: {vlan: 5}, to: {nad: y, bridge: b}}]");
  EXPECT_THAT(nads_of(own.vms.at(0)), ElementsAre("y"));
}

TEST(ImportPlan, AnEntryOrAVmThatIsNotThereIsSaid) {
  const ImportPlan plan =
      plan_of({vm_info("web01", kStatic)}, std::string(kTwoNetworks) +
                                               "- {from: {name: Wbe}, to: ignore}\n"
                                               "vms: {web02: ignore}\n");
  EXPECT_THAT(warnings_of(plan.diagnostics),
              AllOf(Contains(HasSubstr("networks[2]: fits no network")),
                    Contains(HasSubstr("did you mean \"web01\"?"))));
  EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty());
}

TEST(ImportPlan, ATrunkIsForANadThatIsThere) {
  const std::vector<std::string> texts = {
      vm_info("a", kStatic), portgroups("t", "x", R"({"vlanId":[{"start":1,"end":9}]})")};
  const ImportPlan plan = plan_of(texts, kTwoNetworks);
  EXPECT_THAT(errors_of(plan.diagnostics),
              ElementsAre(AllOf(HasSubstr("NIC 0"), HasSubstr("vlanTrunk"))));
  const ImportPlan there =
      plan_of(texts,
              "networks: [{from: {key: dvportgroup-1}, to: {nad: trunk, exists: true}},"
              " {from: {key: dvportgroup-2}, to: ignore}]");
  EXPECT_THAT(errors_of(there.diagnostics), IsEmpty());
  EXPECT_THAT(nads_of(there.vms.at(0)), ElementsAre("trunk"));
}

TEST(ImportPlan, PrivateAndOtherVlansAreWarnedOfOnceForTheNetwork) {
  const ImportPlan plan = plan_of({vm_info("a", kStatic), vm_info("b", kStatic, "02", "vm-2"),
                                   portgroups("p", "x", R"({"pvlanId":205})", R"({"vlanId":6})")},
                                  std::string(kTwoNetworks) + "vms: {b: ignore}\n");
  EXPECT_THAT(warnings_of(plan.diagnostics),
              ElementsAre(HasSubstr("is a private VLAN"), HasSubstr("say `vlan: 6`")));
}

TEST(ImportPlan, KeepTellsTheGuestNothingAndKeepsTheNic) {
  const ImportPlan plan = plan_of({vm_info("a", kStatic)}, kTwoNetworks);
  EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty());
  const NicPlan& nic = plan.vms.at(0).nics.at(1);
  EXPECT_EQ(nic.index, 1U);
  EXPECT_EQ(nic.mac, Mac::parse("00:50:56:00:01:01"));
  EXPECT_EQ(nic.network, "two");
  EXPECT_EQ(nic.binding, "patchbay-dhcp");
  EXPECT_EQ(nic.wishes, std::nullopt);
  EXPECT_THAT(nic.why, AllOf(HasSubstr("keeps its configuration"), HasSubstr("may be another")));
}

TEST(ImportPlan, ASlotThatIsKnownNamesTheNic) {
  const NicPlan nic =
      plan_import(import({"vm.info/web01-rhel9.json", "device.info/web01-rhel9.json"}),
                  map_of("networks: [{from: {key: dvportgroup-47}, to: {nad: w, bridge: b}}]"))
          .vms.at(0)
          .nics.at(0);
  EXPECT_THAT(nic.why, AllOf(HasSubstr("ens192"), HasSubstr("vmxnet3")));
  EXPECT_EQ(nic.model, "virtio");
}

TEST(ImportPlan, EveryWayOfTellingHasItsBinding) {
  const std::vector<std::pair<std::string, std::string>> bindings = {
      {"cloud-init", "patchbay"}, {"seed", "patchbay-seed"}, {"dhcp", "patchbay-dhcp"}};
  for (const auto& [config, binding] : bindings) {
    const ImportPlan plan = plan_of({vm_info("a", kStatic)},
                                    std::string(kTwoNetworks) + "guestConfig: " + config + "\n");
    EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty());
    const NicPlan& nic = plan.vms.at(0).nics.at(0);
    EXPECT_EQ(nic.binding, binding);
    ASSERT_TRUE(nic.wishes);
    EXPECT_EQ(to_string(nic.wishes->addresses), "10.0.0.1/24");
  }
}

TEST(ImportPlan, AVmsOwnChoiceWins) {
  const ImportPlan plan = plan_of(
      {vm_info("a", kStatic), vm_info("b", guest(guest_nic(4000, {"10.0.0.9/24"})), "02", "vm-2"),
       vm_info("c", kStatic, "03", "vm-3")},
      std::string(kTwoNetworks) +
          "guestConfig: seed\n"
          "vms: {a: {guestConfig: keep}, b: {name: bb, namespace: n, treatUnknownAs: dhcp, model: "
          "e1000}, c: ignore}\n");
  EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty());
  ASSERT_THAT(plan.vms, SizeIs(2));
  EXPECT_EQ(plan.vms[0].guest_config, GuestConfig::kKeep);
  EXPECT_EQ(plan.vms[1].name_space + "/" + plan.vms[1].name, "n/bb");
  EXPECT_EQ(plan.vms[1].nics.at(0).model, "e1000");
  EXPECT_EQ(plan.vms[1].nics.at(0).wishes->ipv4, Ipv4Method::kDhcp);
}

TEST(ImportPlan, NamesOfVmsAreLabelsThatDoNotCollide) {
  const ImportPlan plan =
      plan_of({vm_info("Web_01", kStatic), vm_info("web-01", kStatic, "02", "vm-2"),
               vm_info("東京", kStatic, "03", "vm-3"),
               vm_info(std::string(70, 'x'), kStatic, "04", "vm-4")},
              std::string(kTwoNetworks));
  EXPECT_THAT(
      errors_of(plan.diagnostics),
      AllOf(Contains(AllOf(HasSubstr("VM \"Web_01\"; VM \"web-01\""), HasSubstr("\"web-01\" in"))),
            Contains(HasSubstr("no letter or digit"))));
  for (const VmPlan& vm : plan.vms) {
    EXPECT_TRUE(is_dns_label(vm.name) || vm.source_name == "東京") << vm.name;
  }
}

TEST(ImportPlan, TwoNicsOfOneNetworkHaveNamesOfTheirOwn) {
  const ImportPlan plan =
      plan_of({vm_info("a", kStatic)},
              "networks: [{from: {key: dvportgroup-1}, to: {nad: x, bridge: b}},"
              " {from: {key: dvportgroup-2}, to: {nad: x, bridge: b}}]");
  EXPECT_EQ(plan.vms.at(0).nics.at(0).network, "x");
  EXPECT_EQ(plan.vms.at(0).nics.at(1).network, "x-2");
  EXPECT_THAT(plan.nads, SizeIs(1));
}

TEST(ImportPlan, ModelsAreKeptWhereKubeVirtHasThem) {
  EXPECT_EQ(nic_model("e1000e", "linux", ""), (NicModel{"e1000e", ""}));
  EXPECT_EQ(nic_model("virtio", "windows", ""), (NicModel{"virtio", ""}));
  EXPECT_EQ(nic_model("vmxnet3", "linux", "").model, "virtio");
  EXPECT_EQ(nic_model("vmxnet3", "windows", "").model, "e1000e");
  EXPECT_EQ(nic_model("vmxnet3", "windows", "virtio").model, "virtio");
  EXPECT_EQ(nic_model("PCNet32", "", "").model, "pcnet");
  EXPECT_EQ(nic_model("", "", "").model, "virtio");
  EXPECT_THAT(nic_model("vmxnet3", "linux", "").why, HasSubstr("vmxnet3"));
  for (const std::string_view model : kNicModels) EXPECT_EQ(nic_model(model, "", "").model, model);
}

TEST(ImportPlan, WindowsLosesWhatItKeepsForTheAdapter) {
  const Inventory inventory = import({"vm.info/win05-sql.json"});
  const std::string networks =
      "networks: [{from: {key: dvportgroup-55}, to: {nad: a, bridge: b}},"
      " {from: {key: dvportgroup-51}, to: {nad: c, bridge: b, vlan: 300}},"
      " {from: {key: network-6}, to: ignore}]\n";
  EXPECT_THAT(warnings_of(plan_import(inventory, map_of(networks)).diagnostics),
              ElementsAre(AllOf(HasSubstr("198.51.100.130/26"), HasSubstr("guestConfig: seed"))));
}

TEST(ImportPlan, AVfStaysOneWhereTheMapSaysSo) {
  const std::vector<std::string> files = {"vm.info/nfv07-alma.json", "device.info/nfv07-alma.json"};
  const std::string rest =
      " {from: {key: dvportgroup-45}, to: ignore}, {from: {key: dvportgroup-57}, to: ignore},"
      " {from: {key: network-64}, to: ignore}]\n";
  const ImportPlan bridged =
      plan_import(import(files),
                  map_of("networks: [{from: {key: network-65}, to: {nad: x, bridge: b}}," + rest));
  EXPECT_EQ(bridged.vms.at(0).nics.at(0).model, "virtio");
  EXPECT_THAT(warnings_of(bridged.diagnostics), ElementsAre(HasSubstr("`binding: sriov`")));
  const std::string vf =
      "networks: [{from: {key: network-65}, to: {nad: x, exists: true, binding: sriov}}," + rest;
  const ImportPlan plan =
      plan_import(import(files), map_of(vf + "guestConfig: seed\ntreatUnknownAs: static\n"));
  EXPECT_EQ(plan.vms.at(0).nics.at(0).binding, "sriov");
  EXPECT_EQ(plan.vms.at(0).nics.at(0).model, "");
  EXPECT_THAT(warnings_of(plan.diagnostics), ElementsAre(HasSubstr("has VFs only")));
  EXPECT_THAT(errors_of(plan_import(import(files),
                                    map_of(vf + "guestConfig: dhcp\ntreatUnknownAs: static\n"))
                            .diagnostics),
              ElementsAre(HasSubstr("can answer DHCP")));
}

TEST(ImportPlan, WhoIsToldByDhcpIsAnsweredByTheNetwork) {
  const std::string networks =
      "networks: [{from: {key: dvportgroup-1}, to: {nad: x, bridge: b}},"
      " {from: {key: dvportgroup-2}, to: {nad: y, exists: true}}]\n";
  const auto import_by = [&](const std::string& config) {
    return plan_of({vm_info("a", kStatic), vm_info("b", kStatic, "02", "vm-2")},
                   networks + "guestConfig: " + config + "\n");
  };
  const ImportPlan plan = import_by("dhcp");
  ASSERT_THAT(plan.nads, SizeIs(1));
  EXPECT_TRUE(plan.nads[0].responder);
  EXPECT_THAT(network_attachment_definition(plan.nads[0], "bridge").dump(), HasSubstr("responder"));
  EXPECT_THAT(warnings_of(plan.diagnostics),
              ElementsAre(HasSubstr("has VMs that are told their addresses by DHCP")));
  for (const char* config : {"keep", "seed", "cloud-init"}) {
    EXPECT_FALSE(import_by(config).nads.at(0).responder) << config;
  }
}

TEST(ImportPlan, KeepTakesNoBindingThatTells) {
  const ImportPlan plan = plan_of({vm_info("a", kStatic)},
                                  "networks: [{from: {key: dvportgroup-1}, to: {nad: x, bridge: b, "
                                  "binding: patchbay}}, {from: {key: dvportgroup-2}, to: ignore}]");
  EXPECT_THAT(errors_of(plan.diagnostics), ElementsAre(HasSubstr("tells the guest another")));
}

TEST(ImportPlan, ANicThatWasNotConnectedIsDown) {
  const std::string off = vmx("a",
                              "ethernet0.present = \"TRUE\"\nethernet0.networkName = \"n\"\n"
                              "ethernet0.startConnected = \"FALSE\"\n"
                              "ethernet0.pciSlotNumber = \"33\"\n");
  const ImportPlan plan = plan_of({off}, "networks: [{from: {name: n}, to: {nad: x, bridge: b}}]");
  const NicPlan& nic = plan.vms.at(0).nics.at(0);
  EXPECT_TRUE(nic.link_down);
  EXPECT_THAT(nic.why, HasSubstr("ens33"));
  EXPECT_EQ(nic.mac, std::nullopt);
  EXPECT_THAT(warnings_of(plan.diagnostics), ElementsAre(HasSubstr("has no MAC")));
}

TEST(ImportPlan, NadsAndBridgesAreThoseThatNicsNeed) {
  const ImportPlan plan =
      plan_of({vm_info("a", kStatic), portgroups("one", "two")},
              "networks:\n"
              "- {from: {key: dvportgroup-1}, to: {nad: b, bridge: br1, vlan: 6, port: ens6}}\n"
              "- {from: {key: dvportgroup-2}, to: {nad: a, bridge: br1}}\n"
              "- {from: {name: three}, to: {nad: c, bridge: br2, port: ens7}}\n");
  EXPECT_THAT(plan.nads, ElementsAre(NadPlan{"default", "a", "br1", {}, {"two"}},
                                     NadPlan{"default", "b", "br1", 6, {"one"}}));
  EXPECT_THAT(plan.bridges, ElementsAre(BridgePlan{"br1", "ens6", {6}, true}));
}

TEST(ImportPlan, OneMacOrAddressInOneNetworkIsAnError) {
  const std::string one_network =
      "networks: [{from: {key: dvportgroup-1}, to: {nad: x, bridge: b, vlan: 1}},"
      " {from: {key: dvportgroup-2}, to: {nad: y, bridge: b, vlan: 1}}]\n";
  const std::string a = vm_info("a", guest(guest_nic(4000, {"10.0.0.1/24 manual"})));
  const std::string b = vm_info("b", guest(guest_nic(4001, {"10.0.0.1/24 manual"})), "02", "vm-2");
  EXPECT_THAT(errors_of(plan_of({a, b}, one_network).diagnostics),
              ElementsAre(AllOf(HasSubstr("10.0.0.1 in bridge"), HasSubstr("VLAN 1"),
                                HasSubstr("VM \"a\", NIC 0; VM \"b\", NIC 1"))));
  EXPECT_THAT(errors_of(plan_of({a, b}, kTwoNetworks).diagnostics), IsEmpty()) << "two VLANs";

  const std::string clone = vm_info("c", "", "01", "vm-3");
  EXPECT_THAT(
      errors_of(plan_of({a, clone}, kTwoNetworks).diagnostics),
      ElementsAre(HasSubstr("the MAC 00:50:56:00:00:01"), HasSubstr("the MAC 00:50:56:00:01:01")));
  const ImportPlan without = plan_of({a, clone}, std::string(kTwoNetworks) + "vms: {c: ignore}\n");
  EXPECT_THAT(errors_of(without.diagnostics), IsEmpty());
  EXPECT_THAT(warnings_of(without.diagnostics), Contains(HasSubstr("VM \"c\", NIC 0 (left out)")));
}

TEST(ImportPlan, AnAddressThatDhcpGaveIsNobodysConflict) {
  const std::string a = vm_info("a", guest(guest_nic(4000, {"10.0.0.1/24"})));
  const std::string b = vm_info("b", guest(guest_nic(4000, {"10.0.0.1/24"})), "02", "vm-2");
  const std::string map = std::string(kTwoNetworks) + "guestConfig: keep\n";
  EXPECT_THAT(errors_of(plan_of({a, b}, map).diagnostics), ElementsAre(HasSubstr("10.0.0.1 in")));
  EXPECT_THAT(errors_of(plan_of({a, b}, map + "treatUnknownAs: static\n").diagnostics),
              ElementsAre(HasSubstr("10.0.0.1 in")));
  EXPECT_THAT(errors_of(plan_of({a, b}, map + "treatUnknownAs: dhcp\n").diagnostics), IsEmpty());
}

TEST(ImportPlan, AnAddressBesideOnesOwnMayBeSharedByGuestsThatKeepIt) {
  const auto vm = [](const std::string& name, const std::vector<std::string>& addresses,
                     const std::string& number) {
    return vm_info(name, guest(guest_nic(4000, addresses)), number, "vm-" + number);
  };
  const std::string virtual_one = "10.0.0.9/32 manual";
  const std::string a = vm("a", {"10.0.0.1/24 manual", virtual_one}, "01");
  const std::string b = vm("b", {"10.0.0.2/24 manual", virtual_one}, "02");
  const ImportPlan kept = plan_of({a, b}, kTwoNetworks);
  EXPECT_THAT(errors_of(kept.diagnostics), IsEmpty());
  EXPECT_THAT(warnings_of(kept.diagnostics),
              Contains(AllOf(HasSubstr("10.0.0.9 in bridge"), HasSubstr("VRRP"))));

  const std::string told = std::string(kTwoNetworks) + "guestConfig: cloud-init\n";
  EXPECT_THAT(errors_of(plan_of({a, b}, told).diagnostics), Contains(HasSubstr("10.0.0.9 in")));
  const std::string only = vm("b", {virtual_one, "fd00::2/64 manual"}, "02");
  EXPECT_THAT(errors_of(plan_of({a, only}, kTwoNetworks).diagnostics),
              ElementsAre(HasSubstr("10.0.0.9 in")))
      << "the one that b has";
  const std::string clone = vm("c", {"10.0.0.1/24 manual", virtual_one}, "03");
  EXPECT_THAT(errors_of(plan_of({a, clone}, kTwoNetworks).diagnostics),
              ElementsAre(HasSubstr("10.0.0.1 in"), HasSubstr("10.0.0.9 in")));
}

TEST(ImportPlan, AnAddressOutsideItsNetworkIsAnError) {
  const std::string map =
      "networks: [{from: {key: dvportgroup-1}, to: {nad: x, bridge: b, subnets: [10.0.0.0/24]}},"
      " {from: {key: dvportgroup-2}, to: ignore}]\n";
  EXPECT_THAT(errors_of(plan_of({vm_info("a", kStatic)}, map).diagnostics), IsEmpty());
  const std::string off =
      vm_info("a", guest(guest_nic(4000, {"10.0.7.1/16 manual", "fd00::1/64 manual"}),
                         guest_route("0.0.0.0", 0, "10.0.9.1", "0")));
  EXPECT_THAT(errors_of(plan_of({off}, map).diagnostics),
              ElementsAre(HasSubstr("its address 10.0.7.1 is outside its network"),
                          HasSubstr("its gateway 10.0.9.1 is outside its network")));
}

}  // namespace
}  // namespace patchbay::cli
