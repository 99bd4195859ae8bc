// The fixtures under one map (vsphere/plan/map.yaml), each way of telling the guests in a file of
// its own. UPDATE_GOLDEN=1 rewrites them.
#include <cstdlib>
#include <fstream>
#include <map>

#include "plan/annotation_text.h"
#include "plans.h"

namespace patchbay::cli {
namespace {

using ::testing::IsEmpty;

// Both hosts' portgroups differ; the VMs run on H0.
constexpr char kOtherHost[] = "DC0_C0_H1";

std::string text_of(const VmPlan& vm) {
  std::string out = vm.source_name + ": " + vm.name_space + "/" + vm.name + ", " +
                    std::string(name(vm.guest_config)) + "\n";
  std::map<std::string, NetworkWishes> wishes;
  for (const NicPlan& nic : vm.nics) {
    const bool pod = nic.target.kind == Target::Kind::kPod;
    out += "  " + std::to_string(nic.index) + " " + nic.network + " " +
           (nic.mac ? nic.mac->to_string() : "no MAC") + ", model " +
           (nic.model.empty() ? "none" : nic.model) + ", binding " +
           (nic.binding.empty() ? "masquerade" : nic.binding) + ", " +
           (pod ? "pod network" : "NAD " + nic.target.name_space + "/" + nic.target.nad) +
           (nic.link_down ? ", down" : "") + "\n    " + nic.why + "\n";
    if (nic.wishes) wishes[nic.network] = *nic.wishes;
  }
  for (const auto& [index, why] : vm.left_out) {
    out += "  " + std::to_string(index) + " left out: " + why + "\n";
  }
  return out + networks_annotation(wishes);
}

std::string text_of(const ImportPlan& plan) {
  std::string out;
  for (const VmPlan& vm : plan.vms) out += text_of(vm) + "\n";
  for (const NadPlan& nad : plan.nads) {
    out += "NAD " + nad.name_space + "/" + nad.name + ": " + nad.bridge +
           (nad.vlan ? ", VLAN " + std::to_string(*nad.vlan) : ", untagged") + ", for";
    for (const std::string& source : nad.sources) out += " " + source;
    out += "\n";
  }
  for (const BridgePlan& bridge : plan.bridges) {
    out += "bridge " + bridge.bridge + ": " + bridge.port + ", VLANs";
    for (const uint16_t vlan : bridge.vlans) out += " " + std::to_string(vlan);
    out += bridge.untagged ? " and untagged\n" : "\n";
  }
  for (const Diagnostic& each : plan.diagnostics) out += to_string(each) + "\n";
  return out;
}

void expect_plan(GuestConfig config) {
  const auto folder = vsphere() / "plan";
  NetworkMap map = map_of(read_text(folder / "map.yaml"));
  map.guest_config = config;
  const ImportPlan plan = plan_import(
      import(files_in("vm.info") + files_in("device.info") + files_in("network", kOtherHost)), map);
  const auto file = folder / (std::string(name(config)) + ".txt");
  if (std::getenv("UPDATE_GOLDEN")) std::ofstream(file) << text_of(plan);
  EXPECT_EQ(text_of(plan), read_text(file));
  EXPECT_THAT(errors_of(plan.diagnostics), IsEmpty());
}

TEST(ImportPlanGolden, GuestsThatKeepTheirConfiguration) { expect_plan(GuestConfig::kKeep); }
TEST(ImportPlanGolden, GuestsThatAreTold) { expect_plan(GuestConfig::kSeed); }

}  // namespace
}  // namespace patchbay::cli
