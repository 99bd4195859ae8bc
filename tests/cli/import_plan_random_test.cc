// Whatever the sources hold, each NIC is planned, left out with a reason, or in an error; order and
// MACs stay, and what the guests are told is an annotation that patchbay takes.
#include <map>
#include <random>
#include <set>

#include "cli/dns_label.h"
#include "cli/place.h"
#include "plan/annotation_text.h"
#include "plan/bindings.h"
#include "plans.h"

namespace patchbay::cli {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}

  size_t below(size_t end) { return engine_() % end; }
  bool once_in(size_t times) { return below(times) == 0; }

  Inventory inventory(size_t vms) {
    Inventory inventory;
    for (size_t i = 0; i < 8; ++i) inventory.networks.push_back(network(i));
    for (size_t i = 0; i < vms; ++i) {
      Vm& vm = inventory.vms[name(i)];
      vm.guest = once_in(3) ? "windows" : once_in(2) ? "linux" : "";
      for (size_t n = below(5); n > 0; --n) vm.nics.push_back(nic(inventory.networks));
      if (once_in(3)) vm.global_dns = GuestDns{{address(Family::kIpv4)}, {"a.example", "b c"}};
    }
    return inventory;
  }

  NetworkMap map(const Inventory& inventory) {
    NetworkMap map;
    map.guest_config = config();
    if (once_in(2)) map.treat_unknown_as = once_in(2) ? Method::kStatic : Method::kDhcp;
    for (size_t i = 0; i < inventory.networks.size(); ++i) {
      if (once_in(5)) continue;
      MapEntry& entry = map.networks.emplace_back();
      (once_in(3) ? entry.from.name : entry.from.key) =
          once_in(3) ? display_name(inventory.networks[i]) : inventory.networks[i].key;
      entry.to = target(i);
      entry.where = "networks[" + std::to_string(map.networks.size() - 1) + "]";
    }
    for (const auto& [vm, unused] : inventory.vms) {
      if (!once_in(10)) continue;
      VmChoice& choice = map.vms[vm];
      choice.ignore = once_in(3);
      choice.guest_config = config();
      choice.name = once_in(3) ? "same" : "";
    }
    return map;
  }

 private:
  GuestConfig config() {
    constexpr GuestConfig kAll[] = {GuestConfig::kKeep, GuestConfig::kCloudInit, GuestConfig::kSeed,
                                    GuestConfig::kDhcp};
    return kAll[below(4)];
  }

  static std::string name(size_t i) {
    const std::string number = std::to_string(i);
    return i % 50 == 49 ? "東京" + std::string(i / 50, '-') : "VM_" + number;
  }

  Network network(size_t i) {
    Network network;
    network.kind = "DistributedVirtualPortgroup";
    network.key = "dvportgroup-" + std::to_string(i);
    network.name = i < 2 ? "Same%2fName" : "Net " + std::to_string(i);
    network.owner_name = "S" + std::to_string(i % 2);
    network.vlan.mode = static_cast<Vlan::Mode>(below(6));
    network.vlan.id = static_cast<uint16_t>(i + 1);
    if (once_in(4)) network.destination = once_in(2) ? "ns/nad" : "no nad";
    return network;
  }

  Target target(size_t i) {
    Target target;
    target.kind = once_in(8)   ? Target::Kind::kIgnore
                  : once_in(8) ? Target::Kind::kPod
                               : Target::Kind::kNad;
    if (target.kind != Target::Kind::kNad) return target;
    target.name_space = "ns";
    target.nad = "nad-" + std::to_string(i);
    target.exists = once_in(3);
    if (target.exists && once_in(2)) target.binding = kSriovBinding;
    if (!target.exists) target.bridge = "br" + std::to_string(i % 2);
    if (once_in(3)) target.subnets = {IpPrefix::parse("10.0.0.0/8"), IpPrefix::parse("fd00::/64")};
    return target;
  }

  IpAddress address(Family family) {
    if (once_in(10)) return IpAddress::any(family);
    const std::string last = std::to_string(below(256));
    return IpAddress::parse(family == Family::kIpv4
                                ? "10.0." + std::to_string(below(3)) + "." + last
                                : "fd00::" + last);
  }

  Nic nic(const std::vector<Network>& networks) {
    Nic nic;
    if (!once_in(10)) {
      nic.mac = Mac::parse("00:50:56:00:0" + std::to_string(below(10)) + ":" +
                           std::to_string(10 + below(90)));
    }
    nic.adapter = std::array{"vmxnet3", "e1000e", "sriov", "virtio", "", "flexible"}[below(6)];
    nic.network = once_in(10) ? Network{} : networks[below(networks.size())];
    if (once_in(10)) nic.network.key.clear();
    nic.start_connected = !once_in(5);
    Addressing& out = nic.addressing;
    for (const Family family : {Family::kIpv4, Family::kIpv6}) {
      auto& method = family == Family::kIpv4 ? out.ipv4 : out.ipv6;
      if (once_in(3)) continue;
      method = static_cast<Method>(below(3));
      if (method == Method::kDhcp) continue;
      for (size_t n = 1 + below(3); n > 0; --n) add_address(family, out);
      if (once_in(2)) {
        (family == Family::kIpv4 ? out.gateway4 : out.gateway6) = address(family);
      }
      if (once_in(2)) out.routes.push_back({{address(family), 24}, address(family)});
    }
    out.ipv6_auto = once_in(4);
    if (once_in(3)) out.dns.push_back(address(Family::kIpv4));
    if (once_in(3)) out.search = {"corp.example", "-", "x y"};
    for (int w = 0; w <= static_cast<int>(NicWarning::kNetworkAmbiguous); ++w) {
      if (once_in(5)) nic.warnings.push_back(static_cast<NicWarning>(w));
    }
    return nic;
  }

  void add_address(Family family, Addressing& out) {
    std::optional<uint8_t> length;
    if (!once_in(5)) length = static_cast<uint8_t>(family == Family::kIpv4 ? 8 + below(25) : 64);
    out.addresses.push_back({address(family), length});
  }

  std::mt19937 engine_;
};

std::set<std::string> in_errors(const ImportPlan& plan) {
  std::set<std::string> all;
  for (const Diagnostic& each : plan.diagnostics) {
    if (each.severity == Severity::kError) all.insert(each.where);
  }
  return all;
}

// A finding that many NICs share lists the first and counts the rest.
void expect_none_lost(const Inventory& inventory, const NetworkMap& map, const ImportPlan& plan) {
  std::set<std::string> planned;
  std::set<std::string> kept_out;
  for (const VmPlan& vm : plan.vms) {
    for (const NicPlan& nic : vm.nics) planned.insert(nic_where(vm.source_name, nic.index));
    for (const auto& [index, reason] : vm.left_out) {
      EXPECT_FALSE(reason.empty());
      kept_out.insert(nic_where(vm.source_name, index));
    }
  }
  size_t lost = 0;
  for (const auto& [name, vm] : inventory.vms) {
    const auto choice = map.vms.find(name);
    if (choice != map.vms.end() && choice->second.ignore) continue;
    for (size_t i = 0; i < vm.nics.size(); ++i) {
      const std::string where = nic_where(name, i);
      EXPECT_FALSE(planned.contains(where) && kept_out.contains(where));
      if (!planned.contains(where) && !kept_out.contains(where)) ++lost;
    }
  }
  size_t said = 0;
  for (const std::string& where : in_errors(plan)) {
    for (size_t at = where.find(", NIC "); at != std::string::npos;
         at = where.find(", NIC ", at + 1)) {
      ++said;
    }
    const size_t more = where.find(" and ");
    if (more != std::string::npos) said += std::stoul(where.substr(more + 5));
  }
  EXPECT_GE(said, lost);
  EXPECT_EQ(lost > 0 && !has_errors(plan.diagnostics), false);
}

void expect_sound(const Inventory& inventory, const VmPlan& vm) {
  std::set<std::string> names;
  std::map<std::string, NetworkWishes> wishes;
  size_t last = 0;
  for (const NicPlan& nic : vm.nics) {
    EXPECT_TRUE(nic.index >= last) << "the hardware's order";
    last = nic.index + 1;
    const Nic& source = inventory.vms.at(vm.source_name).nics.at(nic.index);
    EXPECT_EQ(nic.mac, source.mac);
    EXPECT_EQ(nic.before, source.addressing);
    EXPECT_NE(nic.target.kind, Target::Kind::kIgnore);
    EXPECT_TRUE(is_dns_label(nic.network) && names.insert(nic.network).second) << nic.network;
    EXPECT_EQ(nic.target.kind == Target::Kind::kPod, nic.binding.empty());
    EXPECT_EQ(nic.model.empty(), nic.binding == kSriovBinding);
    EXPECT_FALSE(vm.guest_config == GuestConfig::kKeep && nic.wishes);
    if (nic.wishes) wishes[nic.network] = *nic.wishes;
  }
  Diagnostics mistakes;
  EXPECT_EQ(parse_networks_annotation(networks_annotation(wishes), mistakes), wishes);
  EXPECT_THAT(errors_of(mistakes), IsEmpty()) << networks_annotation(wishes);
}

TEST(ImportPlanRandom, NoNicIsLostAndNothingIsMadeUp) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const Inventory inventory = random.inventory(1 + random.below(20));
    const NetworkMap map = random.map(inventory);
    const ImportPlan plan = plan_import(inventory, map);
    expect_none_lost(inventory, map, plan);
    for (const VmPlan& vm : plan.vms) expect_sound(inventory, vm);
    EXPECT_EQ(plan_import(inventory, map), plan);
    if (HasFailure()) return;
  }
}

TEST(ImportPlanRandom, AThousandVms) {
  Random random(1);
  const Inventory inventory = random.inventory(1000);
  const NetworkMap map = random.map(inventory);
  const ImportPlan plan = plan_import(inventory, map);
  expect_none_lost(inventory, map, plan);
  EXPECT_GT(plan.vms.size(), 900U);
}

}  // namespace
}  // namespace patchbay::cli
