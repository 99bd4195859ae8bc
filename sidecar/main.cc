// patchbay-sidecar: what KubeVirt asks in a virt-launcher pod for a VM with one of our bindings, as
// a hook sidecar, as a Plugin, or as both. Here is only the wiring: environment and options in, the
// pod's sources to the hooks, connections to the server, until KubeVirt or a signal ends it.
#include <malloc.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <thread>

#include "binding/pod_reader.h"
#include "binding/port_control.h"
#include "plan/error.h"
#include "plan/log.h"
#include "sidecar/check.h"
#include "sidecar/hook_socket.h"
#include "sidecar/hooks.h"
#include "sidecar/options.h"
#include "sidecar/plugin_socket.h"
#include "sidecar/pod_sockets.h"
#include "sidecar/profile.h"
#include "sidecar/projected_file.h"
#include "sidecar/seed_file.h"
#include "sidecar/server.h"
#include "sidecar/stop_event.h"
#include "sidecar/termination_message.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;

// What calls took is given back when none has come for so long, more than one takes (hooks.h): the
// next may be the VM's last.
constexpr std::chrono::milliseconds kTidyAfter{5000};
constexpr std::chrono::milliseconds kForever{-1};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void write_log(std::string_view line) { std::fwrite(line.data(), 1, line.size(), stderr); }

HookSources sources_with(const Options& options, const SeedFile& seed) {
  return {.pod_state = [] { return read_pod_state(); },
          .network_info = [] { return read_projected_file(kNetworkInfoPath); },
          .network_status = [] { return read_projected_file(kNetworkStatusPath); },
          .has_hook_sidecar =
              [&options] {
                return has_hook_sidecar(read_listening_paths(), options.socket_dir,
                                        kCloudInitBinding);
              },
          .sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
          .write_seed =
              [&seed](std::string_view image) {
                const bool changed = seed.write(image);
                return WrittenSeed{seed.path_for_qemu(), changed};
              },
          .tell_responder = tell_responder,
          .log = write_log};
}

std::string serve(std::span<Listener* const> listeners, Server& server, StopEvent& stop) {
  std::vector<int> fds;
  for (const Listener* listener : listeners) fds.push_back(listener->fd());
  bool was_called = false;
  while (true) {
    std::string reason = stop.wait(fds, was_called ? kTidyAfter : kForever);
    if (!reason.empty()) return reason;
    bool is_called = false;
    for (Listener* listener : listeners) {
      const int connection = listener->accept();
      if (connection >= 0) server.adopt(connection);
      is_called |= connection >= 0;
    }
    if (was_called && !is_called) malloc_trim(0);
    was_called = is_called;
  }
}

void tell_ready(const Options& options, const Profile& profile, const std::string& socket,
                bool took_over) {
  write_log(log_line("info", took_over ? "ready, in place of an earlier run" : "ready",
                     {{"version", PATCHBAY_VERSION},
                      {"profile", profile.name},
                      {"socket", socket},
                      {"plugin", options.plugin_socket},
                      {"container", options.container}}));
  if (const auto warning = check_registration(profile, options.registration)) {
    write_log(log_line(*warning));
  }
}

// As a Plugin's container has it: no folder of hook sidecars.
bool is_plugin_only(const Options& options) {
  std::error_code ignored;
  return !options.plugin_socket.empty() && !options.socket_dir_given &&
         !fs::is_directory(options.socket_dir, ignored);
}

SeedFile seed_file_for(const Options& options) {
  if (options.plugin_socket.empty())
    return SeedFile::of_hooks(options.socket_dir, options.container);
  return SeedFile::of_plugin(fs::path(options.plugin_socket).parent_path());
}

void run(const Options& options) {
  const Profile& profile = find_profile(options.profile);
  const SeedFile seed = seed_file_for(options);
  StopEvent stop;
  Hooks hooks(profile, sources_with(options, seed));
  Server server(profile, hooks, write_log, [&stop] { stop.request(); });
  std::optional<HookSocket> hook_socket;
  std::optional<PluginSocket> plugin_socket;
  std::vector<Listener*> listeners;
  if (!options.plugin_socket.empty()) {
    plugin_socket.emplace(options.plugin_socket);
    listeners.push_back(&plugin_socket->listener());
  }
  if (!is_plugin_only(options)) {
    hook_socket.emplace(options.socket_dir, profile.name);
    listeners.push_back(&hook_socket->listener());
  }
  tell_ready(options, profile, hook_socket ? hook_socket->path() : "",
             hook_socket && hook_socket->took_over());
  const std::string reason = serve(listeners, server, stop);
  server.stop();
  write_log(log_line("info", "ending: " + reason, {}));
}

int print_check(const Options& options) {
  const CheckReport report =
      check({.profile = options.profile,
             .registration = options.registration,
             .container = options.container,
             .socket_dir = options.socket_dir,
             .plugin_socket = options.plugin_socket,
             .listening = [] { return read_listening_paths(); },
             .pod_state = [] { return read_pod_state(); },
             .network_info = [] { return read_projected_file(kNetworkInfoPath); },
             .network_status = [] { return read_projected_file(kNetworkStatusPath); }});
  return std::fputs(report.text.c_str(), stdout) < 0 || !report.ok;
}

int carry_out(const Options& options) {
  switch (options.task) {
    case Task::kVersion:
      return std::puts(PATCHBAY_VERSION) < 0;
    case Task::kHelp:
      return std::fputs(kHelp, stdout) < 0;
    case Task::kCheck:
      return print_check(options);
    case Task::kServe:
      run(options);
  }
  return 0;
}

int main_with(std::span<char*> arguments) {
  std::string termination_path;  // the container's own process has one, no person's beside it
  try {
    const Options options = read_options(arguments, variable);
    if (options.task == Task::kServe) termination_path = options.termination_path;
    return carry_out(options);
  } catch (const Error& error) {
    write_log(log_line("error", error.message(), {{"where", error.where()}}));
    write_termination_message(termination_path, error.what());
    return info(error.errc()).exit_code;
  } catch (const std::exception& error) {
    const std::string text = std::string("a bug in patchbay-sidecar: ") + error.what();
    write_log(log_line("error", text));
    write_termination_message(termination_path, text);
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
