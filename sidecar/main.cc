// patchbay-sidecar: the hook sidecar that KubeVirt starts in a virt-launcher pod for a VM with one
// of our bindings. Here is only the wiring: environment and options in, the pod's sources to the
// hooks, connections to the server, until KubeVirt or a signal ends it.
#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <thread>

#include "binding/pod_reader.h"
#include "plan/error.h"
#include "plan/log.h"
#include "sidecar/hook_socket.h"
#include "sidecar/hooks.h"
#include "sidecar/network_info_file.h"
#include "sidecar/profile.h"
#include "sidecar/seed_file.h"
#include "sidecar/server.h"
#include "sidecar/stop_event.h"

namespace patchbay::sidecar {
namespace {

constexpr char kHelp[] =
    "patchbay-sidecar: KubeVirt hook sidecar of the patchbay network bindings\n"
    "\n"
    "  --socket-dir DIR  folder shared with virt-launcher (default /var/run/kubevirt-hooks)\n"
    "  --version         print the version and exit\n"
    "  --help            print this and exit\n"
    "\n"
    "PATCHBAY_PROFILE chooses the profile (default patchbay). Log: JSON lines on stderr.\n"
    "Exits 0 after SIGTERM, SIGINT or KubeVirt's Shutdown.\n";

constexpr int kUsageExit = 64;  // sysexits.h, EX_USAGE

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void write_log(std::string_view line) { std::fwrite(line.data(), 1, line.size(), stderr); }

std::string write_seed(const SeedFile& seed, std::string_view image) {
  if (seed.write(image)) {
    write_log(log_line("info", "seed disc written",
                       {{"file", seed.path_for_qemu()}, {"bytes", std::to_string(image.size())}}));
  }
  return seed.path_for_qemu();
}

std::string serve(HookSocket& socket, Server& server, StopEvent& stop) {
  while (true) {
    std::string reason = stop.wait(socket.fd());
    if (!reason.empty()) return reason;
    const int connection = socket.accept();
    if (connection >= 0) server.adopt(connection);
  }
}

void run(const std::string& socket_dir) {
  const Profile& profile = find_profile(variable(kProfileVariable));
  const std::string registration = variable(kRegistrationVariable);
  const std::string container = variable("CONTAINER_NAME");
  const SeedFile seed(socket_dir, container);
  StopEvent stop;
  Hooks hooks(profile,
              {.pod_state = [] { return read_pod_state(); },
               .network_info = [] { return read_network_info_file(kNetworkInfoPath); },
               .sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
               .write_seed = [&seed](std::string_view image) { return write_seed(seed, image); },
               .log = write_log});
  Server server(profile, hooks, write_log, [&stop] { stop.request(); });
  HookSocket socket(socket_dir, profile.name);
  write_log(log_line("info", socket.took_over() ? "ready, in place of an earlier run" : "ready",
                     {{"version", PATCHBAY_VERSION},
                      {"profile", profile.name},
                      {"socket", socket.path()},
                      {"container", container}}));
  if (const auto warning = check_registration(profile, registration)) {
    write_log(log_line(*warning));
  }
  const std::string reason = serve(socket, server, stop);
  server.stop();
  write_log(log_line("info", "ending: " + reason, {}));
}

int main_with(std::span<char*> arguments) {
  std::string socket_dir = kHooksDirectory;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--version") return std::puts(PATCHBAY_VERSION) < 0;
    if (argument == "--help") return std::fputs(kHelp, stdout) < 0;
    if (argument == "--socket-dir" && i + 1 < arguments.size()) {
      socket_dir = arguments[++i];
      continue;
    }
    write_log(log_line("error", "unknown or incomplete argument " + in_quotes(argument) +
                                    "; see patchbay-sidecar --help"));
    return kUsageExit;
  }
  try {
    run(socket_dir);
    return 0;
  } catch (const Error& error) {
    write_log(log_line("error", error.message(), {{"where", error.where()}}));
    return info(error.errc()).exit_code;
  } catch (const std::exception& error) {
    write_log(log_line("error", std::string("a bug in patchbay-sidecar: ") + error.what()));
    return info(Errc::kInternal).exit_code;
  }
}

}  // namespace
}  // namespace patchbay::sidecar

int main(int argc, char** argv) {
  // Idle for the VM's life: threads of gRPC's need no heap of their own.
  mallopt(M_ARENA_MAX, 1);
  std::signal(SIGPIPE, SIG_IGN);
  return patchbay::sidecar::main_with({argv, static_cast<size_t>(argc)});
}
