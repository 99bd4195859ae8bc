#include "sidecar/options.h"

#include "plan/error.h"
#include "sidecar/hook_socket.h"
#include "sidecar/plugin_socket.h"
#include "sidecar/profile.h"
#include "sidecar/termination_message.h"

namespace patchbay::sidecar {

const char kHelp[] =
    "patchbay-sidecar: KubeVirt hook sidecar of the patchbay network bindings\n"
    "\n"
    "  --socket-dir DIR        folder shared with virt-launcher (default /var/run/kubevirt-hooks)\n"
    "  --plugin-socket PATH    also serve KubeVirt's Plugin resource there\n"
    "  --termination-log PATH  where the reason of a failure is left (default\n"
    "                          /dev/termination-log)\n"
    "  --check                 say what is found in this container and pod, change nothing;\n"
    "                          exits 1 where something is wrong\n"
    "  --version               print the version and exit\n"
    "  --help                  print this and exit\n"
    "\n"
    "PATCHBAY_PROFILE chooses the profile (default patchbay), PATCHBAY_PLUGIN_SOCKET is another\n"
    "way to say --plugin-socket. Log: JSON lines on stderr.\n"
    "Exits 0 after SIGTERM, SIGINT or KubeVirt's Shutdown.\n";

Options read_options(std::span<char*> arguments,
                     const std::function<std::string(const char*)>& variable) {
  Options options{.socket_dir = kHooksDirectory,
                  .plugin_socket = variable(kPluginSocketVariable),
                  .termination_path = kTerminationPath,
                  .profile = variable(kProfileVariable),
                  .registration = variable(kRegistrationVariable),
                  .container = variable("CONTAINER_NAME")};
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const bool has_value = i + 1 < arguments.size();
    if (argument == "--version") {
      options.task = Task::kVersion;
    } else if (argument == "--help") {
      options.task = Task::kHelp;
    } else if (argument == "--check") {
      options.task = Task::kCheck;
    } else if (argument == "--socket-dir" && has_value) {
      options.socket_dir = arguments[++i];
      options.socket_dir_given = true;
    } else if (argument == "--plugin-socket" && has_value) {
      options.plugin_socket = arguments[++i];
    } else if (argument == "--termination-log" && has_value) {
      options.termination_path = arguments[++i];
    } else {
      throw Error(Errc::kBadEnvironment, "unknown or incomplete argument " + in_quotes(argument) +
                                             "; see patchbay-sidecar --help");
    }
  }
  return options;
}

}  // namespace patchbay::sidecar
