#include "cli/map_contradictions.h"

#include <map>
#include <tuple>
#include <utility>

#include "plan/error.h"

namespace patchbay::cli {
namespace {

class Contradictions {
 public:
  Contradictions(const NetworkMap& map, Diagnostics& diagnostics)
      : map_(map), diagnostics_(diagnostics) {}

  void find() {
    for (const MapEntry& entry : map_.networks) {
      check_match(entry);
      if (entry.to.kind != Target::Kind::kNad || entry.to.nad.empty()) continue;
      check_nad(entry);
      check_bridge(entry);
    }
    check_vms();
  }

 private:
  void say(const MapEntry& entry, const std::string& message, const MapEntry& other,
           const char* hint) {
    diagnostics_.push_back({Severity::kError, "", entry.where, message + other.where, hint});
  }

  void check_match(const MapEntry& entry) {
    const SourceMatch& from = entry.from;
    const auto key = std::tuple(from.key, from.name, from.switch_name, from.vlan);
    const auto [known, first] = matches_.try_emplace(key, &entry);
    if (!first) say(entry, "is for the same network as ", *known->second, "leave one of them out");
  }

  void check_nad(const MapEntry& entry) {
    const Target& to = entry.to;
    const auto [known, first] = nads_.try_emplace({to.name_space, to.nad}, &entry);
    const Target& other = known->second->to;
    const bool same = to.bridge == other.bridge && to.vlan == other.vlan &&
                      to.exists == other.exists && to.binding == other.binding;
    if (first || same) return;
    say(entry, "describes the NAD " + in_quotes(to.name_space + "/" + to.nad) + " otherwise than ",
        *known->second, "give both the same bridge, VLAN, binding and `exists`, or two NADs");
  }

  void check_bridge(const MapEntry& entry) {
    const Target& to = entry.to;
    if (to.bridge.empty() || to.port.empty()) return;
    const MapEntry& same_bridge = *bridges_.try_emplace(to.bridge, &entry).first->second;
    if (same_bridge.to.port != to.port) {
      say(entry, "gives the bridge " + in_quotes(to.bridge) + " another port than ", same_bridge,
          "a bridge has one NIC of the nodes; use two bridges");
    }
    const MapEntry& same_port = *ports_.try_emplace(to.port, &entry).first->second;
    if (same_port.to.bridge != to.bridge) {
      say(entry, "gives the port " + in_quotes(to.port) + " to another bridge than ", same_port,
          "a NIC is under one bridge; use one, with a VLAN for each network");
    }
  }

  void check_vms() {
    std::map<std::pair<std::string, std::string>, std::string> names;
    for (const auto& [vm, choice] : map_.vms) {
      if (choice.name.empty()) continue;
      const std::string& name_space =
          choice.name_space.empty() ? map_.name_space : choice.name_space;
      const auto [known, first] = names.try_emplace({name_space, choice.name}, vm);
      if (first) continue;
      diagnostics_.push_back({Severity::kError, "", "vms." + vm,
                              "is called " + in_quotes(choice.name) + " as is vms." + known->second,
                              "give each VM a name of its own"});
    }
  }

  const NetworkMap& map_;
  Diagnostics& diagnostics_;
  std::map<std::tuple<std::string, std::string, std::string, std::optional<uint16_t>>,
           const MapEntry*>
      matches_;
  std::map<std::pair<std::string, std::string>, const MapEntry*> nads_;
  std::map<std::string, const MapEntry*> bridges_;
  std::map<std::string, const MapEntry*> ports_;
};

}  // namespace

void find_contradictions(const NetworkMap& map, Diagnostics& diagnostics) {
  Contradictions(map, diagnostics).find();
}

}  // namespace patchbay::cli
