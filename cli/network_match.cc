#include "cli/network_match.h"

#include <algorithm>

#include "cli/dns_label.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

std::string ranges_text(const std::vector<VlanRange>& ranges) {
  std::vector<std::string> texts;
  for (const VlanRange& range : ranges) {
    texts.push_back(std::to_string(range.first) +
                    (range.first == range.last ? "" : "-" + std::to_string(range.last)));
  }
  return join(texts);
}

std::string vlan_text(const Vlan& vlan) {
  switch (vlan.mode) {
    case Vlan::Mode::kUnknown:
      return "";
    case Vlan::Mode::kUntagged:
      return "untagged";
    case Vlan::Mode::kAccess:
      return "VLAN " + std::to_string(vlan.id);
    case Vlan::Mode::kTrunk:
      return "a trunk of " + ranges_text(vlan.ranges);
    case Vlan::Mode::kPrivate:
      return "private VLAN " + std::to_string(vlan.id);
    case Vlan::Mode::kOverlay:
      return "an overlay segment";
  }
  return "";
}

// In order of weight; the same weight is the same set of what is given.
int weight(const SourceMatch& from) {
  return (from.key.empty() ? 0 : 8) + (from.name.empty() ? 0 : 4) +
         (from.switch_name.empty() ? 0 : 2) + (from.vlan ? 1 : 0);
}

}  // namespace

std::string network_id(const Network& network) {
  return network.key.empty()
             ? "name " + network.kind + " " + network.owner_name + " " + network.name
             : "key " + network.key;
}

std::string description(const Network& network) {
  std::vector<std::string> more;
  const std::string of = network.owner_name.empty() ? "" : " of " + network.owner_name;
  if (!network.key.empty() || !of.empty()) {
    more.push_back((network.key.empty() ? "that" : network.key) + of);
  }
  const std::string vlan = vlan_text(network.vlan);
  if (!vlan.empty()) more.push_back(vlan);
  return in_quotes(network.name.empty() ? network.key : display_name(network)) +
         (more.empty() ? "" : " (" + join(more) + ")");
}

std::optional<Target> forklift_target(const Network& network, const NetworkMap& map) {
  const std::string& word = network.destination;
  Target target;
  if (word == "pod" || word == "ignored") {
    target.kind = word == "pod" ? Target::Kind::kPod : Target::Kind::kIgnore;
    return target;
  }
  const size_t slash = word.find('/');
  target.exists = true;
  target.name_space = slash == std::string::npos ? map.name_space : word.substr(0, slash);
  target.nad = slash == std::string::npos ? word : word.substr(slash + 1);
  const bool legal = is_dns_label(target.name_space) && is_dns_subdomain(target.nad);
  return legal ? std::optional(target) : std::nullopt;
}

NetworkMatcher::NetworkMatcher(const Inventory& inventory, const NetworkMap& map) : map_(map) {
  for (const MapEntry& entry : map.networks) used_[&entry] = false;
  for (const Network& network : inventory.networks) {
    if (network.kind == "ovirt_network") continue;  // a NIC is on a profile of it
    named_.emplace(display_name(network), &network);
    add(network);
  }
  for (const auto& [name, vm] : inventory.vms) {
    for (const Nic& nic : vm.nics) add(nic.network);
  }
  for (auto& [id, known] : known_) choose_entry(known);
  for (auto& [id, known] : known_) known.match = match_of(known);
  for (auto& [id, known] : known_) {
    if (!known.match.target && known.match.candidates.empty()) known.match = match_of_name(known);
  }
}

void NetworkMatcher::add(const Network& network) {
  known_.try_emplace(network_id(network), Known{&network, display_name(network), nullptr, {}});
}

bool NetworkMatcher::holds(const SourceMatch& from, const Known& known) {
  const Network& network = *known.network;
  const auto is = [](const std::string& text, const std::string& found) {
    return text == found || text == printable(found);
  };
  return (from.key.empty() || is(from.key, network.key)) &&
         (from.name.empty() || is(from.name, known.display) || is(from.name, network.name)) &&
         (from.switch_name.empty() || is(from.switch_name, network.owner_name)) &&
         (!from.vlan ||
          (network.vlan.mode == Vlan::Mode::kAccess && network.vlan.id == *from.vlan));
}

void NetworkMatcher::choose_entry(Known& known) {
  for (const MapEntry& entry : map_.networks) {
    if (weight(entry.from) == 0 || !holds(entry.from, known)) continue;
    used_[&entry] = true;
    if (!known.entry || weight(entry.from) > weight(known.entry->from)) known.entry = &entry;
  }
  if (known.entry) under_[known.entry].push_back(known.network);
}

NetworkMatcher::Match NetworkMatcher::match_of(const Known& known) const {
  if (!known.entry) {
    if (known.network->destination.empty()) return {};
    return {forklift_target(*known.network, map_), "Forklift's NetworkMap", {}};
  }
  const SourceMatch& from = known.entry->from;
  std::vector<const Network*> same;
  for (const Network* other : under_.at(known.entry)) {
    if (!other->key.empty()) same.push_back(other);
  }
  const bool by_name = from.key.empty() && !from.name.empty();
  if (by_name && same.size() > 1) return {std::nullopt, known.entry->where, same};
  return {known.entry->to, known.entry->where, {}};
}

// Of a network of which the source has the name only.
NetworkMatcher::Match NetworkMatcher::match_of_name(const Known& known) const {
  if (!known.network->key.empty()) return {};
  Match match;
  bool one_target = true;
  const auto [first, end] = named_.equal_range(known.display);
  for (auto other = first; other != end; ++other) {
    const Match& its = known_.at(network_id(*other->second)).match;
    one_target &= its.target && (match.candidates.empty() || its.target == match.target);
    match.candidates.push_back(other->second);
    if (match.candidates.size() == 1) match.target = its.target, match.where = its.where;
  }
  if (one_target) {
    match.candidates.clear();
  } else {
    match.target.reset();
  }
  return match;
}

const NetworkMatcher::Match& NetworkMatcher::match(const Nic& nic) const {
  return known_.at(network_id(nic.network)).match;
}

std::vector<const MapEntry*> NetworkMatcher::unused() const {
  std::vector<const MapEntry*> found;
  for (const MapEntry& entry : map_.networks) {
    if (!used_.at(&entry)) found.push_back(&entry);
  }
  return found;
}

}  // namespace patchbay::cli
