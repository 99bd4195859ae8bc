// An import's objects as text that kubectl takes: one stream, or a folder of files.
//
//   bridges/br1-ens6.yaml       the nodes' bridges        kubectl apply -R -f FOLDER applies all;
//   networks/vms/web-100.yaml   the NADs, by namespace    names sort in an order that works
//   vms/vms/web01.yaml          the VMs, or with `patch` instead of them:
//   patches/vms/web01.yaml      a merge patch for each
//   patches/cloud-init.yaml     the JSON patch before it, where guests are told by cloud-init;
//                               Windows' has a file of its own
//   patch.sh                    every kubectl patch, VM by VM
//
// Each file says first what it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/import_plan.h"
#include "cli/write_files.h"

namespace patchbay::cli {

struct ImportForm {
  std::string_view bridge_plugin;  // kCnvBridge or kBridge
  bool patch = false;              // the VMs are there already
};

// Bridges, networks and, unless they are there already, VMs.
std::string stream_of(const Inventory& inventory, const ImportPlan& plan, const ImportForm& form);

std::vector<OutputFile> files_of(const Inventory& inventory, const ImportPlan& plan,
                                 const ImportForm& form);

}  // namespace patchbay::cli
