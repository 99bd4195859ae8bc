// The command line and the environment of patchbay-sidecar, as one value.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace patchbay::sidecar {

enum class Task { kServe, kCheck, kVersion, kHelp };

struct Options {
  Task task = Task::kServe;
  std::string socket_dir;         // shared with virt-launcher
  bool socket_dir_given = false;  // then it has to be there
  std::string plugin_socket;      // empty: no Plugin is served
  std::string termination_path;
  std::string profile;       // PATCHBAY_PROFILE
  std::string registration;  // NETWORK_BINDING_PLUGIN_NAME
  std::string container;     // CONTAINER_NAME

  bool operator==(const Options&) const = default;
};

extern const char kHelp[];

// `variable` returns an environment variable's value, empty where it is not set. Options win over
// variables. Throws Error{kBadEnvironment} for what it does not know.
Options read_options(std::span<char*> arguments,
                     const std::function<std::string(const char*)>& variable);

}  // namespace patchbay::sidecar
