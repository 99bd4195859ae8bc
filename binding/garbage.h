// CNI's GC: what ADD made for an attachment that the runtime no longer knows of, and never had
// deleted, goes. All that we keep lies in pods' namespaces, so they are searched for records.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "binding/kernel.h"
#include "plan/diagnostic.h"
#include "plan/pod_state.h"

namespace patchbay {

// Where runtimes (containerd, CRI-O, podman) and iproute2 keep named network namespaces.
std::vector<std::string> usual_namespace_folders();

struct GarbageCall {
  std::string network;             // the CNI network's name
  std::vector<std::string> valid;  // the marks of its attachments that stay (plan/owner.h)
  std::vector<std::string> namespace_folders;
  // As read_pod_state() in the namespace at `path`, and as open_kernel().
  std::function<PodState(const std::string& path)> read_pod;
  std::function<std::unique_ptr<Kernel>(const std::string& path)> open_kernel;
};

// Does for every record of `network` whose attachment is not valid what DEL does. Left alone: other
// networks' records, those that name no owner or can't be read, everything else in the namespace; a
// namespace that vanishes meanwhile is done. Looks without the namespace's lock and then again with
// it. Tries everything, then throws the first failure.
void collect_garbage(const GarbageCall& call, Diagnostics& diagnostics);

}  // namespace patchbay
