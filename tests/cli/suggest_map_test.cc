// A first map is one that says only what it can know, whatever the source's names hold.
#include "cli/suggest_map.h"

#include <map>
#include <random>

#include "plans.h"

namespace patchbay::cli {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string filled(std::string map) {
  const std::string mark = "bridge: " + std::string(kFillIn);
  while (map.find(mark) != std::string::npos) map.replace(map.find(mark), mark.size(), "bridge: b");
  const std::string target = "to: " + std::string(kFillIn);
  while (map.find(target) != std::string::npos) {
    map.replace(map.find(target), target.size(), "to: ignore");
  }
  return map;
}

void expect_only_fill_ins(const Inventory& inventory, const std::string& what) {
  const std::string map = suggest_map(inventory);
  EXPECT_THAT(mistakes_in(map), Each(HasSubstr("found \"FILL_IN\""))) << what << map;
  EXPECT_THAT(mistakes_in(filled(map)), IsEmpty()) << what << filled(map);
}

std::vector<std::string> all_of_vsphere() {
  return files_in("vm.info") + files_in("device.info") + files_in("network", "H1");
}

TEST(SuggestMap, OfEveryFixture) {
  for (const auto& files :
       {all_of_vsphere(), all_of_vsphere() + files_in("forklift"), files_in("ovirt"),
        files_in("vmx"), files_in("ovf"), files_in("forklift"), files_in("vm.info")}) {
    expect_only_fill_ins(import(files), files[0] + "\n");
  }
}

TEST(SuggestMap, FilledInItMapsEveryNicOfVsphere) {
  const Inventory inventory = import(all_of_vsphere());
  const ImportPlan plan = plan_import(inventory, map_of(filled(suggest_map(inventory))));
  EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty());
  EXPECT_THAT(plan.vms, SizeIs(7));
}

TEST(SuggestMap, ForkliftsDestinationsAreTaken) {
  const std::string map = suggest_map(import(all_of_vsphere() + files_in("forklift")));
  EXPECT_THAT(map, AllOf(HasSubstr("- from: {key: dvportgroup-47}\n  to: {nad: prod/web-100, "
                                   "exists: true}\n"),
                         HasSubstr("- from: {key: dvportgroup-45}\n  to: pod\n"),
                         HasSubstr("- from: {key: network-64}\n  to: ignore\n")));
}

TEST(SuggestMap, OneNameOnTwoSwitchesIsTwoEntriesByKey) {
  const std::string map = suggest_map(import(all_of_vsphere()));
  EXPECT_THAT(map, AllOf(HasSubstr("# \"App-200\" (network-62 of vSwitch1, VLAN 201): VM "
                                   "\"app02-ubuntu\", NIC 1\n- from: {key: network-62}\n"),
                         HasSubstr("to: {nad: app-200, bridge: FILL_IN, vlan: 200}"),
                         HasSubstr("to: {nad: app-200-2, bridge: FILL_IN, vlan: 201}")));
}

TEST(SuggestMap, UnknownMethodsAreNamed) {
  const std::string map = suggest_map(import(all_of_vsphere()));
  EXPECT_THAT(map,
              AllOf(HasSubstr("# treatUnknownAs: static"), HasSubstr("VM \"nfv07-alma\", NIC 0")));
  EXPECT_THAT(
      suggest_map(import_texts({vm_info("a", guest(guest_nic(4000, {"10.0.0.1/24 manual"}) + "," +
                                                   guest_nic(4001, {"10.0.1.1/24 manual"})))})),
      Not(HasSubstr("treatUnknownAs")));
}

Inventory on(const Network& network) {
  Inventory inventory;
  inventory.vms["v\n- x: ]"].nics.resize(1);
  inventory.vms.begin()->second.nics[0].network = network;
  return inventory;
}

TEST(SuggestMap, HostileNamesMakeNoYaml) {
  const std::vector<std::string> names = {"a: b",
                                          "#",
                                          "- x",
                                          "'",
                                          "\"",
                                          "\n- from: {key: evil}\n  to: pod\n",
                                          "null",
                                          "true",
                                          "1e3",
                                          "~",
                                          "{a",
                                          "]",
                                          "\\",
                                          "%2f%25",
                                          "\x1b[",
                                          "\xff",
                                          "東京",
                                          "\u2028",
                                          "a\r\nb",
                                          "&a",
                                          "*a",
                                          "!t",
                                          " lead",
                                          "trail ",
                                          "FILL_IN",
                                          "|",
                                          ">",
                                          "@",
                                          "\xf0\x9f\x98\x80",
                                          std::string(300, 'x')};
  for (const std::string& name : names) {
    for (const bool keyed : {false, true}) {
      Network network;
      (keyed ? network.key : network.name) = name;
      network.owner_name = name;
      const Inventory inventory = on(network);
      expect_only_fill_ins(inventory, name);
      const ImportPlan plan = plan_import(inventory, map_of(filled(suggest_map(inventory))));
      EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty()) << name;
      ASSERT_THAT(plan.vms, SizeIs(1));
      EXPECT_THAT(plan.vms[0].nics, SizeIs(1)) << suggest_map(inventory);
    }
  }
}

TEST(SuggestMap, RandomNamesMakeNoYaml) {
  constexpr std::string_view kOdd = ":#-{}[]'\"\\\n\t ,&*!|>%@`aZ0\x01\x7f\x80\xc3\xa9";
  std::mt19937 random(7);
  for (int i = 0; i < 500; ++i) {
    Network network;
    for (std::string* text : {&network.key, &network.name, &network.owner_name}) {
      for (size_t n = random() % 12; n > 0; --n) {
        *text += kOdd[random() % kOdd.size()];
      }
    }
    expect_only_fill_ins(on(network), std::to_string(i) + "\n");
  }
}

TEST(SuggestMap, ANicOfNoKnownNetworkIsSaid) {
  const std::string map = suggest_map(on({}));
  EXPECT_THAT(map, AllOf(HasSubstr("# No network is known of: VM \"v\\x0a- x: ]\", NIC 0\n"),
                         HasSubstr("networks: []")));
}

TEST(SuggestMap, ATrunkIsForAPersonToWrite) {
  Network network;
  network.key = "k";
  network.vlan.mode = Vlan::Mode::kTrunk;
  EXPECT_EQ(suggest_entry(network), "{from: {key: k}, to: FILL_IN}");
}

}  // namespace
}  // namespace patchbay::cli
