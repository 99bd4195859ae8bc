// What `patchbay render -o json` prints: the plan and all that follows from it, side by side.
//
//   {"plan": {…}, "steps": {"NETWORK": ["…"]}, "interfaces": {"NETWORK": "<interface …"},
//    "networkData": "…", "onCluster": {"NETWORK": ["an address of …"]},
//    "diagnostics": ["warning: network …"]}
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/network_plan.h"

namespace patchbay {

// An address that stands in none of the rest, since only the cluster can say it.
struct OnCluster {
  std::string network;
  Family family = Family::kIpv4;
  std::string text;  // "an address of 10.0.0.0/24 by whereabouts"
};

struct Rendering {
  NetworkPlan plan;
  std::vector<std::pair<std::string, std::vector<std::string>>> steps;  // by network
  std::vector<std::pair<std::string, std::string>> interfaces;          // by network
  // What the guest gets: the user's own beside ours. Empty: none, or the VM is refused before.
  std::string network_data;
  std::vector<OnCluster> on_cluster;  // left out of the JSON where there is nothing
  Diagnostics diagnostics;            // the plan's and those of what follows from it
};

std::string to_json(const Rendering& rendering);

}  // namespace patchbay
