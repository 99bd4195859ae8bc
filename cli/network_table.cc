#include "cli/network_table.h"

#include <algorithm>
#include <iterator>

#include "plan/error.h"

namespace patchbay::cli {
namespace {

void fill(std::string& into, const std::string& from) {
  if (into.empty()) into = from;
}

void fill(Network& into, const Network& from) {
  fill(into.kind, from.kind);
  fill(into.key, from.key);
  fill(into.name, from.name);
  fill(into.owner_key, from.owner_key);
  fill(into.owner_name, from.owner_name);
  fill(into.owner_uuid, from.owner_uuid);
  fill(into.destination, from.destination);
  into.uplink |= from.uplink;
  if (into.vlan.mode == Vlan::Mode::kUnknown) into.vlan = from.vlan;
}

std::string two(const std::string& first, const std::string& second) {
  return first == second ? first : first + ", " + second;
}

}  // namespace

NetworkTable::NetworkTable(const std::vector<Reading>& readings, Diagnostics& diagnostics) {
  for (const Reading& reading : readings) add_switches(reading);
  for (const Reading& reading : readings) add_host_portgroups(reading, diagnostics);
  for (const Reading& reading : readings) {
    for (const Network& network : reading.networks) {
      if (!network.key.empty()) add(network, reading.source, diagnostics);
    }
  }
  for (auto& [key, sourced] : by_key_) {
    complete_owner(sourced.network);
    by_name_.emplace(display_name(sourced.network), &sourced.network);
  }
  for (const Reading& reading : readings) {
    for (const Network& network : reading.networks) {
      if (network.key.empty()) apply_destination(network, reading.source, diagnostics);
    }
  }
}

void NetworkTable::add_switches(const Reading& reading) {
  for (const SwitchReading& found : reading.switches) {
    SwitchReading& known = switches_[found.key];
    fill(known.key, found.key);
    fill(known.name, found.name);
    fill(known.uuid, found.uuid);
    if (known.private_vlans.empty()) known.private_vlans = found.private_vlans;
  }
}

// No listing names its host, so two that differ can't be told apart.
void NetworkTable::add_host_portgroups(const Reading& reading, Diagnostics& diagnostics) {
  for (const Network& found : reading.host_portgroups) {
    const auto [known, added] =
        host_portgroups_.try_emplace(found.name, Sourced{found, reading.source});
    if (added || known->second.network.vlan == found.vlan) continue;
    diagnostics.push_back({Severity::kWarning, "", two(known->second.source, reading.source),
                           "the standard portgroup " + in_quotes(found.name) +
                               " has another VLAN on each of two hosts; the first file's is taken",
                           "give only the portgroups of the host that the VMs run on"});
  }
}

void NetworkTable::add(const Network& network, const std::string& source,
                       Diagnostics& diagnostics) {
  const auto [entry, added] = by_key_.try_emplace(network.key, Sourced{network, source});
  if (added) return;
  Network& known = entry->second.network;
  const bool vlans_differ = known.vlan.mode != Vlan::Mode::kUnknown &&
                            network.vlan.mode != Vlan::Mode::kUnknown && known.vlan != network.vlan;
  // An NSX portgroup's ports have a VLAN of 0 that means nothing.
  const bool overlay =
      known.vlan.mode == Vlan::Mode::kOverlay || network.vlan.mode == Vlan::Mode::kOverlay;
  if (overlay) known.vlan = {.mode = Vlan::Mode::kOverlay};
  const auto differ = [](const std::string& one, const std::string& other) {
    return !one.empty() && !other.empty() && one != other;
  };
  if ((vlans_differ && !overlay) || differ(known.name, network.name) ||
      differ(known.destination, network.destination)) {
    diagnostics.push_back({Severity::kWarning, "", two(entry->second.source, source),
                           "describe the network " + in_quotes(network.key) +
                               " differently (name, VLAN or destination); the first is taken",
                           "leave out the one that is out of date"});
  }
  fill(known, network);
}

void NetworkTable::apply_destination(const Network& wish, const std::string& source,
                                     Diagnostics& diagnostics) {
  const auto [first, end] = by_name_.equal_range(display_name(wish));
  const auto count = std::distance(first, end);
  if (count == 1) return fill(*first->second, wish);
  diagnostics.push_back({Severity::kWarning, "", source,
                         "maps the name " + in_quotes(wish.name) + ", which " +
                             std::to_string(count) + " of the networks given have",
                         "name the network by its id"});
}

void NetworkTable::complete_owner(Network& network) const {
  if (network.kind == "vnic_profile") {
    const auto owner = by_key_.find(network.owner_key);
    if (owner == by_key_.end()) return;
    fill(network.owner_name, owner->second.network.name);
    network.vlan = owner->second.network.vlan;
    return;
  }
  for (const auto& [key, known] : switches_) {
    if (network.owner_key != key && (known.uuid.empty() || network.owner_uuid != known.uuid))
      continue;
    fill(network.owner_name, known.name);
    fill(network.owner_uuid, known.uuid);
    for (const PrivateVlan& entry : known.private_vlans) {
      if (network.vlan.mode != Vlan::Mode::kPrivate || entry.secondary != network.vlan.id) continue;
      network.vlan.primary = entry.primary;
      network.vlan.type = entry.type;
    }
  }
  const auto host = host_portgroups_.find(network.name);
  if (network.kind == "Network" && host != host_portgroups_.end()) {
    fill(network, host->second.network);
  }
}

std::vector<const Network*> NetworkTable::named(const Network& network) const {
  std::vector<const Network*> found;
  bool standard = false;
  const auto [first, end] = by_name_.equal_range(display_name(network));
  for (auto entry = first; entry != end; ++entry) {
    const Network& known = *entry->second;
    const bool fits =
        network.kind.empty() ? known.kind != "ovirt_network" : known.kind == network.kind;
    if (known.uplink || !fits) continue;
    found.push_back(&known);
    standard |= known.kind == "Network";
  }
  const auto host = host_portgroups_.find(network.name);
  const bool may_be_standard = network.kind.empty() || network.kind == "Network";
  if (!standard && may_be_standard && host != host_portgroups_.end()) {
    found.push_back(&host->second.network);
  }
  return found;
}

bool NetworkTable::complete(Network& network) const {
  const auto same = by_key_.find(network.key);
  if (!network.key.empty() && same != by_key_.end()) {
    Network known = same->second.network;
    fill(known, network);  // the table knows the name best, a NIC may have an old one
    network = known;
    return true;
  }
  if (network.key.empty() && !network.name.empty()) {
    const std::vector<const Network*> found = named(network);
    if (found.size() > 1) return false;
    if (found.size() == 1) fill(network, *found[0]);
  }
  if (network.kind == "vnic_profile" && network.key.empty()) {
    // An oVirt OVF has the network's name where no profile of that name is known.
    const auto [first, end] = by_name_.equal_range(display_name(network));
    for (auto entry = first; entry != end; ++entry) {
      if (entry->second->kind == "ovirt_network") network.owner_key = entry->second->key;
    }
  }
  complete_owner(network);
  return true;
}

std::vector<Network> NetworkTable::networks() const {
  std::vector<Network> all;
  std::vector<std::string> standard;
  for (const auto& [key, sourced] : by_key_) {
    if (sourced.network.uplink) continue;
    all.push_back(sourced.network);
    if (sourced.network.kind == "Network") standard.push_back(sourced.network.name);
  }
  for (const auto& [name, sourced] : host_portgroups_) {
    if (std::find(standard.begin(), standard.end(), name) == standard.end()) {
      all.push_back(sourced.network);
    }
  }
  return all;
}

}  // namespace patchbay::cli
