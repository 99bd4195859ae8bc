// A parked record from a file, put into a pod's state as patchbay-cni would have parked it.
#pragma once

#include <string>

#include "plan/pod_state.h"
#include "plan/vmi.h"

namespace patchbay::cli {

// `argument`: "[NETWORK=]FILE", the file being the record's JSON, or what `ip -d link` printed in
// the pod, where the links' names tell the networks. JSON without NETWORK is for the VM's only NIC
// that has a record. Returns the networks. Throws Error{kInvalidInput, kIo}.
std::vector<std::string> put_record(const std::string& argument, const Vmi& vmi, PodState& pod);

}  // namespace patchbay::cli
