// What crosses patchbay-cni's stdin and stdout (CNI SPEC 1.1.0): the binding NAD's configuration
// in, a result, an error or the version out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/cni_result.h"
#include "plan/error.h"
#include "plan/nad_options.h"
#include "plan/owner.h"

namespace patchbay {

// Our configuration, in one of two forms. The binding's NAD, as Multus hands it over for a network:
//
//   {"cniVersion":"1.0.0","name":"patchbay","type":"patchbay",
//    "args":{"cni":{"logicNetworkName":"blue"}},
//    "patchbay":{"mode":"auto","cacheDirs":["/var/lib/cni/multus"]}}
//
// Chained, as a plugin of the network's own list, after those that make its interface:
//
//   {"cniVersion":"1.0.0","name":"blue-vlan","type":"patchbay","prevResult":{…},
//    "deviceID":"0000:3b:02.1","patchbay":{"dad":true}}
struct CniConfig {
  std::string cni_version;
  std::string name;     // the CNI network's
  std::string network;  // args.cni.logicNetworkName; empty in the chained form
  // What a device plugin allocated for the network: Multus writes it as "deviceID" into the first
  // plugin of a list, and as "runtimeConfig":{"deviceID":…} into each with that capability. May be
  // empty.
  std::string device_id;
  bool has_prev_result = false;

  bool operator==(const CniConfig&) const = default;
};

// Throws Error{kMalformed}; kWrongVersion for a version that is missing or not ours; kInvalidInput
// with a path. Keys of CNI and of other plugins are ignored, and so is "patchbay": a mistake there
// must not keep a DEL from undoing what it can.
CniConfig parse_cni_config(std::string_view json);

// What it holds under the key "patchbay": the defaults for all networks and what concerns the node.
struct CniOptions {
  NadOptions defaults;                  // a network's own NAD may say otherwise
  std::vector<std::string> cache_dirs;  // libcni's cache; empty: where runtimes keep it

  bool operator==(const CniOptions&) const = default;
};

// Throws as parse_cni_config; unknown keys are refused with a guess.
CniOptions parse_cni_options(std::string_view json);

// What the plugins before us answered. Throws as parse_cni_result.
CniResult parse_prev_result(std::string_view json);

// The same as it came in, for the answer of the chained form.
std::string cni_prev_result(std::string_view json);

// What a runtime still knows of, for GC: `cni.dev/valid-attachments`, [{"containerID":"…",
// "ifname":"net1"}], as marks. null is an empty list, as Go writes it. Throws as parse_cni_config;
// a list that is not there is an error: it would make everything stale.
std::vector<std::string> parse_valid_attachments(std::string_view json);

// The MAC that a runtime asks for in CNI_ARGS ("K8S_POD_NAME=a;MAC=02:00:00:00:00:62"). Throws
// Error{kInvalidInput} where it is none.
std::optional<Mac> cni_args_mac(std::string_view args);

// The `cniVersion` alone, for an answer to a configuration that can't be read: the newest of ours
// where there is none that we speak.
std::string cni_version_of(std::string_view json);

// A result that lists no interface: KubeVirt would take one named netN for the pod's own and flip
// to ordinal names.
std::string cni_empty_result(std::string_view cni_version);
std::string cni_error(std::string_view cni_version, const Error& error);
std::string cni_versions(std::string_view cni_version);  // the answer to VERSION

}  // namespace patchbay
