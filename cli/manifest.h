// The Kubernetes objects that people keep in files: of these the VM and the networks it may use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/diagnostic.h"

namespace patchbay::cli {

struct Nad {
  std::string name;    // "namespace/name"
  std::string config;  // spec.config
};

struct Manifests {
  std::string vmi;  // a VirtualMachineInstance, JSON
  std::vector<Nad> nads;
  Diagnostics diagnostics;  // what was left out, and where KubeVirt does not look
};

// YAML or JSON, several documents, `kind: List`; a path may be a folder, of which each .yaml, .yml
// and .json file is read, and "-" is stdin. A VirtualMachine becomes the VMI that virt-controller
// makes of it (pkg/virt-controller/watch/vm, v1.9.0). An object without a namespace is in the VM's,
// or in "default". `vm`, "[namespace/]name", says which where the files have several; empty: the
// only one. Throws Error{kMalformed, kInvalidInput, kNotFound, kIo} with file and path.
Manifests read_manifests(const std::vector<std::string>& paths, const std::string& vm = {});

// The VMI alone, of one file's text.
std::string vmi_in(std::string_view text, const std::string& path);

}  // namespace patchbay::cli
