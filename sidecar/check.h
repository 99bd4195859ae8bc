// `patchbay-sidecar --check`: what a sidecar has before it in this container and this pod, told to
// a person who is in the pod (kubectl exec). Reads only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plan/pod_state.h"

namespace patchbay::sidecar {

// Each may throw Error, which becomes a line of the report.
struct CheckSources {
  std::string profile;                                  // PATCHBAY_PROFILE
  std::string registration;                             // NETWORK_BINDING_PLUGIN_NAME
  std::string container;                                // CONTAINER_NAME
  std::string socket_dir;                               // where hook sidecars listen
  std::string plugin_socket;                            // PATCHBAY_PLUGIN_SOCKET or --plugin-socket
  std::function<std::vector<std::string>()> listening;  // sockets in the pod, pod_sockets.h
  std::function<PodState()> pod_state;
  std::function<std::optional<std::string>()> network_info;
  std::function<std::optional<std::string>()> network_status;
};

struct CheckReport {
  std::string text;  // lines `ok|note|PROBLEM  SUBJECT  FINDING`, control characters escaped
  bool ok = true;    // no PROBLEM

  bool operator==(const CheckReport&) const = default;
};

CheckReport check(const CheckSources& sources);

}  // namespace patchbay::sidecar
