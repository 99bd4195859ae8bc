// What the configuration in a NAD lets know before there is a pod: what its plugin will leave there
// and what its IPAM will answer, as far as neither depends on the cluster.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "binding/describe.h"
#include "plan/nad_options.h"

namespace patchbay::cli {

// An address that only the cluster can say.
struct OpenAddress {
  Family family = Family::kIpv4;
  std::string text;               // "an address of 10.0.0.0/24 by whereabouts"
  std::optional<IpPrefix> range;  // it will be in there, with that prefix length
};

struct NadForecast {
  std::string plugin;    // the type of the one that makes the interface
  bool known = true;     // that plugin is one whose interface is known; else it is taken for a veth
  bool chained = false;  // patchbay itself is in the list
  LinkState nic;         // without name and MAC; MTU 0 where the NAD does not say it
  NetworkAnswer answer;
  NadOptions options;
  std::vector<OpenAddress> open;
};

// `config`: spec.config, a plugin or a list. Throws Error{kMalformed, kInvalidInput, kUnsupported}
// with a path.
NadForecast forecast_of_nad(std::string_view config);

// What a NAD of patchbay itself, by which KubeVirt's binding is registered, says for all networks;
// nothing for every other NAD, and for one that can't be read. Throws as parse_cni_options.
std::optional<NadOptions> defaults_in(std::string_view config);

}  // namespace patchbay::cli
