// Which entry of the map a network of the source falls under.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/inventory.h"
#include "cli/network_map.h"

namespace patchbay::cli {

// The same for the same network, whoever describes it.
std::string network_id(const Network& network);

// For a person: `"DMZ/Public" (dvportgroup-55 of DSwitch-Prod, VLAN 600)`.
std::string description(const Network& network);

// Forklift's word for the network as a target; nothing where it has none that can be one.
std::optional<Target> forklift_target(const Network& network, const NetworkMap& map);

class NetworkMatcher {
 public:
  // Both have to outlive it.
  NetworkMatcher(const Inventory& inventory, const NetworkMap& map);

  struct Match {
    std::optional<Target> target;
    std::string where;                       // "networks[2]", or "Forklift's NetworkMap"
    std::vector<const Network*> candidates;  // of an ambiguous name, which has no target
  };

  // The user's own entries first, then Forklift's NetworkMap. A name that an entry takes for
  // several networks is ambiguous; so is that of a NIC whose source has no more than it, unless all
  // networks of that name go to one target.
  const Match& match(const Nic& nic) const;

  // Entries that hold for no network of the inventory.
  std::vector<const MapEntry*> unused() const;

 private:
  struct Known {
    const Network* network;
    std::string display;
    const MapEntry* entry = nullptr;  // the best that holds
    Match match;
  };
  static bool holds(const SourceMatch& from, const Known& known);
  void add(const Network& network);
  void choose_entry(Known& known);
  Match match_of(const Known& known) const;
  Match match_of_name(const Known& known) const;

  const NetworkMap& map_;
  std::map<std::string, Known> known_;                // by network_id()
  std::multimap<std::string, const Network*> named_;  // the inventory's, by display name
  std::map<const MapEntry*, std::vector<const Network*>> under_;  // what each entry is best for
  std::map<const MapEntry*, bool> used_;
};

}  // namespace patchbay::cli
