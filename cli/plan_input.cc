#include "cli/plan_input.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <system_error>

#include "cli/manifest.h"
#include "plan/error.h"
#include "plan/read_stream.h"

namespace patchbay::cli {

void add_plan_options(CLI::App& command, PlanFiles& files) {
  CLI::Option* vmi = command.add_option("-f,--vmi", files.vmi, "a VM or VMI, YAML or JSON");
  CLI::Option* pod =
      command.add_option("--pod", files.pod, "its pod's network, as `patchbay inspect` prints it");
  vmi->needs(pod);
  pod->needs(vmi);
  command
      .add_option("--network-info", files.network_info,
                  "the pod's annotation kubevirt.io/network-info")
      ->needs(vmi);
  command
      .add_option("--network-status", files.network_status,
                  "the pod's annotation k8s.v1.cni.cncf.io/network-status")
      ->needs(vmi);
}

PlanInput read_plan_input(const PlanFiles& files, std::string_view vmi) {
  const auto text_of = [](const std::string& path) {
    return path.empty() ? std::string() : read_text(path);
  };
  return {.vmi = parse_vmi(vmi_in(vmi, files.vmi)),
          .pod = parse_pod_state(read_text(files.pod)),
          .network_info = parse_network_info(text_of(files.network_info)),
          .network_status = parse_network_status(text_of(files.network_status))};
}

std::string read_text(const std::string& path) {
  const bool from_stdin = path == "-";
  std::error_code failure;
  if (!from_stdin && std::filesystem::is_directory(path, failure)) {
    throw Error(Errc::kIo, "expected a file, found a folder", path);
  }
  std::ifstream file;
  if (!from_stdin) file.open(path, std::ios::binary);
  std::optional<std::string> text = read_to_end(from_stdin ? std::cin : file);
  if (!text) {
    throw Error(Errc::kIo, std::string("can't be read: ") + std::strerror(errno),
                from_stdin ? "stdin" : path);
  }
  return *std::move(text);
}

}  // namespace patchbay::cli
