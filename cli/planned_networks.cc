#include "cli/planned_networks.h"

#include <map>
#include <set>
#include <utility>

namespace patchbay::cli {
namespace {

std::map<std::string, std::string> ports_of(const NetworkMap& map) {
  std::map<std::string, std::string> ports;
  for (const MapEntry& entry : map.networks) {
    if (!entry.to.port.empty()) ports.try_emplace(entry.to.bridge, entry.to.port);
  }
  return ports;
}

void add_bridges(const NetworkMap& map, ImportPlan& plan) {
  const auto ports = ports_of(map);
  std::map<std::string, std::set<uint16_t>> vlans;
  std::set<std::string> untagged;
  for (const NadPlan& nad : plan.nads) {
    auto& used = vlans[nad.bridge];
    if (nad.vlan) {
      used.insert(*nad.vlan);
    } else {
      untagged.insert(nad.bridge);
    }
  }
  for (const auto& [bridge, used] : vlans) {
    const auto port = ports.find(bridge);
    if (port == ports.end()) continue;
    plan.bridges.push_back(
        {bridge, port->second, {used.begin(), used.end()}, untagged.contains(bridge)});
  }
}

}  // namespace

void plan_networks(const NetworkMap& map, ImportPlan& plan) {
  std::map<std::pair<std::string, std::string>, NadPlan> nads;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> sources;
  for (const VmPlan& vm : plan.vms) {
    for (const NicPlan& nic : vm.nics) {
      const Target& to = nic.target;
      if (to.kind != Target::Kind::kNad || to.exists) continue;
      const std::pair key(to.name_space, to.nad);
      nads.try_emplace(key, NadPlan{to.name_space, to.nad, to.bridge, to.vlan, {}});
      nads[key].responder |= needs_responder(nic);
      sources[key].insert(display_name(nic.source));
    }
  }
  for (auto& [key, nad] : nads) {
    nad.sources.assign(sources[key].begin(), sources[key].end());
    plan.nads.push_back(std::move(nad));
  }
  add_bridges(map, plan);
}

}  // namespace patchbay::cli
