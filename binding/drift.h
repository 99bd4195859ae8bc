// What is otherwise in a pod than the record says that ADD left it: CNI's CHECK and the panel of
// `patchbay inspect` ask the same.
#pragma once

#include <string>
#include <vector>

#include "binding/kernel.h"
#include "plan/names.h"
#include "plan/pod_state.h"
#include "plan/record.h"

namespace patchbay {

// What a pod needs that can't be mended in place.
inline constexpr const char* kMakeAnew =
    "delete the pod (of a VM: restart the VM), which makes it anew";

struct Drift {
  std::string what;  // a sentence: the link, what was expected, what was found
  std::string cure;  // what to do: a command in the pod's namespace, or kMakeAnew

  bool operator==(const Drift&) const = default;
};

// Each once. What ADD left is told from the record alone: the steps that it stands for, the NIC's
// MAC and MTU, and that nobody has put the tap or the bridge to a use of his own. `links` are those
// that the record lies in.
std::vector<Drift> drift_from(const Record& record, const std::vector<PodLink>& links,
                              const std::string& network, const LinkNames& names, Kernel& kernel);

}  // namespace patchbay
