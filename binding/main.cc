// patchbay-cni: a CNI plugin that Multus calls on the node, as root, once for each pod interface of
// a VM. Everything it does is in run_cni(); here are the process's edges, and
// `patchbay-cni install [--stay] DIR` for the DaemonSet.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "binding/cni_main.h"
#include "binding/garbage.h"
#include "binding/install.h"
#include "binding/netlink_kernel.h"
#include "binding/pod_reader.h"
#include "binding/status.h"
#include "binding/tap_under_context.h"
#include "plan/error.h"
#include "plan/log.h"

namespace {

constexpr std::string_view kInstallUsage =
    "usage: patchbay-cni install [--stay] DIR\n"
    "  copies itself to DIR/patchbay; --stay: then waits for SIGTERM or SIGINT\n";
constexpr int kUsageExit = 64;  // sysexits.h, EX_USAGE

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t size = read(fd, part.data(), part.size());
    if (size > 0) {
      text.append(part.data(), static_cast<size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      return text;  // what could not be read is missed as JSON
    }
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = write(fd, text.data(), text.size());
    if (size < 0 && errno != EINTR) return false;
    if (size > 0) text.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

int run_install(const char* folder, bool stay) {
  try {
    const patchbay::EndSignals end;
    patchbay::install("/proc/self/exe", folder);
    write_all(STDERR_FILENO, patchbay::log_line("info", "installed", {{"folder", folder}}));
    if (stay) end.wait();
    return EXIT_SUCCESS;
  } catch (const patchbay::Error& error) {
    write_all(STDERR_FILENO, patchbay::log_line("error", error.what()));
    return patchbay::info(error.errc()).exit_code;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (patchbay::is_make_tap(argc, argv)) return patchbay::run_make_tap(argv);
  if (argc > 1 && argv[1] == std::string_view("install")) {
    const bool stay = argc == 4 && argv[2] == std::string_view("--stay");
    if (argc == 3 || stay) return run_install(argv[argc - 1], stay);
    write_all(STDERR_FILENO, kInstallUsage);
    return kUsageExit;
  }
  const std::string input = read_all(STDIN_FILENO);
  const patchbay::CniAnswer answer = patchbay::run_cni(
      {.environment = environment,
       .input = input,
       .open_kernel = patchbay::open_kernel,
       .open_scratch_kernel = patchbay::open_scratch_kernel,
       .namespace_folders = patchbay::usual_namespace_folders(),
       .read_pod = [](const std::string& netns) { return patchbay::read_pod_state(netns); }});
  write_all(STDERR_FILENO, answer.log);
  if (!write_all(STDOUT_FILENO, answer.output)) return EXIT_FAILURE;
  return answer.exit_status;
}
