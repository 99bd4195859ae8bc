// What a bug report takes from the objects that `kubectl get … -o json` prints: the pods of a VM,
// the networks it names, and each object without the secrets that people write into it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

// A pod, and which of its containers have something to say of networks.
struct GatheredPod {
  std::string name;
  std::string node;  // empty: not scheduled yet
  // "hook-sidecar-N" (pkg/virt-controller/services, v1.9.0), and our Plugin's among the init
  // containers (manifests/overlays/plugin).
  std::vector<std::string> sidecars;
  std::vector<std::string> restarted;  // containers that ran before: there is a log of that run

  bool operator==(const GatheredPod&) const = default;
};

// From a List of Pods. Throws Error{kMalformed, kInvalidInput}.
std::vector<GatheredPod> pods_of(std::string_view pod_list_json);

// metadata.uid, by which KubeVirt labels the pods of a VMI: kubevirt.io/created-by. Throws
// Error{kMalformed, kInvalidInput}.
std::string uid_of(std::string_view object_json);

struct NadName {
  std::string namespace_;
  std::string name;

  bool operator==(const NadName&) const = default;
};

// The NADs that a VirtualMachine or a VirtualMachineInstance names, each once; `namespace_` where
// it names none. Throws Error{kMalformed, kInvalidInput}.
std::vector<NadName> nads_of(std::string_view vm_or_vmi_json, std::string_view namespace_);

// The object as indented JSON, without userData in whatever member, and without kubectl's and the
// API server's copies of the whole object (last-applied-configuration, managedFields). Of userData
// remain its length and its first line where that is "#cloud-config": what decides whether
// `updates` can be merged into it. Throws Error{kMalformed}.
std::string without_secrets(std::string_view object_json);

}  // namespace patchbay
