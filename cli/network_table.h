// The networks of all sources, joined by key: where a NIC's portgroup gets its name, switch and
// VLAN from. Names join only where one network has them, for names are ambiguous between switches.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/inventory.h"
#include "cli/source.h"

namespace patchbay::cli {

class NetworkTable {
 public:
  NetworkTable(const NetworkTable&) = delete;
  NetworkTable& operator=(const NetworkTable&) = delete;

  // What contradicts itself goes to `diagnostics`; the first source's word is taken.
  NetworkTable(const std::vector<Reading>& readings, Diagnostics& diagnostics);

  // `network` with all that is known of it; false where its name is that of several.
  bool complete(Network& network) const;

  std::vector<Network> networks() const;  // by key, then name; no uplinks

 private:
  void add_switches(const Reading& reading);
  void add_host_portgroups(const Reading& reading, Diagnostics& diagnostics);
  void add(const Network& network, const std::string& source, Diagnostics& diagnostics);
  void apply_destination(const Network& wish, const std::string& source, Diagnostics& diagnostics);
  void complete_owner(Network& network) const;
  std::vector<const Network*> named(const Network& network) const;

  struct Sourced {
    Network network;
    std::string source;
  };
  std::map<std::string, Sourced> by_key_;
  std::multimap<std::string, Network*> by_name_;    // display_name(); into by_key_
  std::map<std::string, Sourced> host_portgroups_;  // by name
  std::map<std::string, SwitchReading> switches_;   // by key
};

}  // namespace patchbay::cli
