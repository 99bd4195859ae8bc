// What no fixture has: the shapes that decide where a VM lands when something is missing.
#include "cli/import_objects.h"

#include <gtest/gtest.h>

#include "cli/import_files.h"
#include "cli/import_report.h"
#include "cli/progress.h"
#include "plan/bindings.h"

namespace patchbay::cli {
namespace {

NicPlan nic(const std::string& network, std::string_view binding) {
  NicPlan plan;
  plan.network = network;
  plan.target = {.name_space = "nets", .nad = network + "-nad", .bridge = "br1"};
  plan.binding = binding;
  plan.mac = Mac::parse("02:00:00:00:00:01");
  plan.model = "virtio";
  return plan;
}

VmPlan vm(std::vector<NicPlan> nics) {
  VmPlan plan;
  plan.source_name = "Web 01";
  plan.name_space = "vms";
  plan.name = "web-01";
  plan.nics = std::move(nics);
  return plan;
}

const Json& spec(const Json& machine) { return machine.at("spec").at("template").at("spec"); }

TEST(ImportObjects, AVmWithoutNicsIsKeptOffThePodNetwork) {
  const Json machine = virtual_machine(vm({}), {});
  const Json& devices = spec(machine).at("domain").at("devices");
  EXPECT_EQ(devices.at("autoattachPodInterface"), false);
  EXPECT_EQ(devices.at("interfaces"), Json::array());
  EXPECT_EQ(patches_of(vm({}), {})[0].json.at("spec").at("template").at("spec").at("domain"),
            (Json{{"devices", devices}}));
}

TEST(ImportObjects, EachBindingIsWrittenAsKubeVirtHasIt) {
  NicPlan pod = nic("pod", "");
  pod.target = {.kind = Target::Kind::kPod};
  NicPlan vf = nic("fast", kSriovBinding);
  vf.model.clear();
  NicPlan down = nic("down", kSeedBinding);
  down.link_down = true;
  down.mac.reset();
  const Json machine = virtual_machine(vm({pod, vf, down}), {});
  EXPECT_EQ(spec(machine).at("domain").at("devices").at("interfaces"), Json::parse(R"([
      {"name": "pod", "masquerade": {}, "macAddress": "02:00:00:00:00:01", "model": "virtio"},
      {"name": "fast", "sriov": {}, "macAddress": "02:00:00:00:00:01"},
      {"name": "down", "binding": {"name": "patchbay-seed"}, "model": "virtio", "state": "down"}])"));
  EXPECT_EQ(spec(machine).at("networks"), Json::parse(R"([
      {"name": "pod", "pod": {}}, {"name": "fast", "multus": {"networkName": "nets/fast-nad"}},
      {"name": "down", "multus": {"networkName": "nets/down-nad"}}])"));
  EXPECT_FALSE(spec(machine).contains("volumes"));
}

TEST(ImportObjects, ANadOfTheVmsOwnNamespaceGoesByItsName) {
  VmPlan plan = vm({nic("web", kDhcpBinding)});
  plan.name_space = "nets";
  EXPECT_EQ(spec(virtual_machine(plan, {})).at("networks")[0].at("multus").at("networkName"),
            "web-nad");
}

TEST(ImportObjects, WhatTheSourceSaysOfTheMachineIsWritten) {
  Vm source;
  source.firmware = "efi";
  source.memory_mib = 4096;
  source.sockets = 2;
  source.cores = 4;
  Json domain = spec(virtual_machine(vm({nic("web", kDhcpBinding)}), source)).at("domain");
  domain.erase("devices");
  EXPECT_EQ(domain, Json::parse(R"({"cpu": {"sockets": 2, "cores": 4},
      "firmware": {"bootloader": {"efi": {"secureBoot": false}}}, "memory": {"guest": "4096Mi"}})"));
  domain = spec(virtual_machine(vm({nic("web", kDhcpBinding)}), {})).at("domain");
  EXPECT_EQ(domain.size(), 1U) << "nothing is made up: " << domain;
}

TEST(ImportObjects, WindowsIsSaidToBeWindowsAndReadsAConfigDrive) {
  Vm source;
  source.guest = "windows";
  const Json machine = virtual_machine(vm({nic("web", kCloudInitBinding)}), source);
  EXPECT_EQ(machine.at("spec").at("template").at("metadata").at("annotations"),
            (Json{{"patchbay.io/guest", "windows"}}));
  EXPECT_TRUE(spec(machine).at("volumes")[0].contains("cloudInitConfigDrive"));
}

TEST(ImportObjects, AnEarlierImportsAnnotationIsTakenAway) {
  const auto patches = patches_of(vm({nic("web", kDhcpBinding)}), {});
  ASSERT_EQ(patches.size(), 1U);
  const Json& metadata = patches[0].json.at("spec").at("template").at("metadata");
  EXPECT_EQ(metadata, (Json{{"annotations", {{"patchbay.io/networks", nullptr}}}}));
}

TEST(ImportObjects, OnlyTheOperatorsPluginCountsBridges) {
  const NadPlan nad{"vms", "web", "br1", 100, {"Web"}};
  const Json counted = network_attachment_definition(nad, kCnvBridge);
  EXPECT_EQ(counted.at("metadata").at("annotations").at("k8s.v1.cni.cncf.io/resourceName"),
            "bridge.network.kubevirt.io/br1");
  const Json plain = network_attachment_definition(nad, kBridge);
  EXPECT_FALSE(plain.at("metadata").contains("annotations"));
  EXPECT_EQ(Json::parse(plain.at("spec").at("config").get<std::string>()), Json::parse(R"({
      "cniVersion": "1.0.0", "name": "web", "type": "bridge", "bridge": "br1", "vlan": 100,
      "macspoofchk": true, "ipam": {}})"));
}

TEST(ImportObjects, PoliciesHaveNamesOfTheirOwn) {
  const auto policies = node_policies({{"br_1", "ens6", {}, true}, {"br.1", "ens6", {}, true}});
  EXPECT_EQ(policies[0].at("metadata").at("name"), "br-1-ens6");
  EXPECT_EQ(policies[1].at("metadata").at("name"), "br-1-ens6-2");
}

TEST(ImportFiles, WhatASourceIsCalledStaysInItsComment) {
  VmPlan plan = vm({nic("web", kDhcpBinding)});
  plan.source_name = "x\nkind: Secret\r\u2028kind: Secret\x1b[2J";
  Inventory inventory;
  inventory.vms[plan.source_name];
  const std::string stream = stream_of(inventory, {.vms = {plan}}, {kBridge, false});
  EXPECT_NE(stream.find("# Was x\\x0akind: Secret"), std::string::npos) << stream;
  EXPECT_EQ(stream.find("\nkind: Secret"), std::string::npos);
  EXPECT_EQ(stream.find('\r'), std::string::npos);
  EXPECT_EQ(stream.find('\x1b'), std::string::npos);
  EXPECT_EQ(stream.find("\u2028"), std::string::npos);
}

Inventory of_three() {
  Inventory inventory;
  for (const char* name : {"a", "b", "c"}) inventory.vms[name].nics.resize(1);
  return inventory;
}

TEST(ImportReport, CountsVmsByTheWorstThatIsSaidOfThem) {
  ImportPlan plan;
  for (const char* name : {"a", "b", "c"}) {
    plan.vms.push_back(vm({nic("web", kDhcpBinding)}));
    plan.vms.back().source_name = name;
  }
  plan.diagnostics = {{Severity::kWarning, "", "VM \"b\", NIC 0", "odd", "look"},
                      {Severity::kError, "", "", "is that of VM \"b\"; VM \"c\", NIC 0", "x"},
                      {Severity::kError, "", "VM \"bb\"", "is another", "x"}};
  const std::string report = report_table(of_three(), plan, false);
  EXPECT_NE(report.find("3 VMs: 1 ready, 0 with warnings, 2 with errors\n"), std::string::npos)
      << report;
  plan.diagnostics.resize(1);
  plan.vms[0].nics.clear();  // left out for an error that names five NICs and a number
  EXPECT_NE(report_table(of_three(), plan, false)
                .find("3 VMs: 1 ready, 1 with warnings, 1 with errors\n"),
            std::string::npos);
}

TEST(ImportReport, IsInColoursOnlyWhereAsked) {
  ImportPlan plan;
  plan.vms.push_back(vm({nic("web", kDhcpBinding)}));
  plan.vms[0].source_name = "a";
  EXPECT_EQ(report_table(of_three(), plan, false).find('\x1b'), std::string::npos);
  EXPECT_NE(report_table(of_three(), plan, true).find("\x1b[32m"), std::string::npos);
}

TEST(Progress, IsALineOfOneWidth) {
  EXPECT_EQ(progress_line("reading", 0, 3), "reading [                              ] 0 of 3");
  EXPECT_EQ(progress_line("reading", 1, 3), "reading [##########                    ] 1 of 3");
  EXPECT_EQ(progress_line("reading", 3, 3), "reading [##############################] 3 of 3");
}

}  // namespace
}  // namespace patchbay::cli
