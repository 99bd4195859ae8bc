// What an import plan becomes on a cluster: VirtualMachines (kubevirt.io/v1) or the patches of ones
// that are there, NetworkAttachmentDefinitions (k8s.cni.cncf.io/v1) for the bridge plugin, and
// NodeNetworkConfigurationPolicies (nmstate.io/v1) for the nodes' bridges. Keys are in the order of
// manifests/examples.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/import_plan.h"
#include "plan/json_reader.h"

namespace patchbay::cli {

// A plugin's `type`: what the Cluster Network Addons Operator installs (OpenShift Virtualization,
// too), with the bridge marker that counts a bridge as a node's resource; or the plugin that every
// node has.
inline constexpr std::string_view kCnvBridge = "cnv-bridge";
inline constexpr std::string_view kBridge = "bridge";

// Halted, and without disks: the import knows none. Memory and processors as the source says them.
Json virtual_machine(const VmPlan& vm, const Vm& source);

struct Patch {
  std::string_view type;  // kubectl patch --type
  Json json;
};

// For a VM that is there without the plan's networks, each valid after the one before. The merge
// patch replaces interfaces, networks and the annotation patchbay.io/networks, and nothing else;
// where the guest is told by cloud-init a JSON patch adds the volume first.
std::vector<Patch> patches_of(const VmPlan& vm, const Vm& source);

Json network_attachment_definition(const NadPlan& nad, std::string_view plugin);

// One for each bridge, on nodes labelled external-network: "true". The port passes every VLAN, as
// kubernetes-nmstate has it where nothing is said: were only those of this import named, the next
// would cut off its VMs.
std::vector<Json> node_policies(const std::vector<BridgePlan>& bridges);

}  // namespace patchbay::cli
