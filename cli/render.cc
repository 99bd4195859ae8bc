#include "cli/render.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "binding/describe.h"
#include "binding/steps_for.h"
#include "cloudinit/network_data.h"
#include "domainxml/apply_plan.h"
#include "plan/error.h"
#include "plan/make_plan.h"
#include "plan/rendering.h"

namespace patchbay::cli {
namespace {

struct Files {
  std::string vmi;
  std::string pod;
  std::string network_info;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(Errc::kIo, std::string("can't be read: ") + std::strerror(errno), path);
  return text.str();
}

// What patchbay-cni did in the pod; nothing where the tap is not its work.
std::vector<std::string> steps_of(const std::string& network, const PodState& pod) {
  std::vector<std::string> lines;
  const LinkNames names = link_names(network);
  if (const auto record = find_record(pod, names.record)) {
    for (const Step& step : steps_for(describe_parked(network, names, *record))) {
      lines.push_back(to_string(step));
    }
  }
  return lines;
}

Rendering render(const PlanInput& input) {
  Rendering rendering;
  rendering.plan = make_plan(input);
  rendering.diagnostics = rendering.plan.diagnostics;
  for (const Attachment& attachment : rendering.plan.attachments) {
    if (!attachment.ours) continue;
    rendering.interfaces.emplace_back(attachment.network, domainxml::interface_xml(attachment));
    if (auto lines = steps_of(attachment.network, input.pod); !lines.empty()) {
      rendering.steps.emplace_back(attachment.network, std::move(lines));
    }
  }
  if (!rendering.plan.attachments.empty()) {
    const auto source = input.vmi.cloud_init == CloudInitVolume::kConfigDrive
                            ? CloudInitData::DataSource::kConfigDrive
                            : CloudInitData::DataSource::kNoCloud;
    rendering.network_data = cloudinit::render(
        rendering.plan, cloudinit::format_for(source, rendering.plan.guest), rendering.diagnostics);
  }
  return rendering;
}

// The whole answer is printed, mistakes in it too; then they decide how the program ends.
void print(const Files& files) {
  const Rendering rendering =
      render({parse_vmi(read_file(files.vmi)), parse_pod_state(read_file(files.pod)),
              parse_network_info(files.network_info.empty() ? "" : read_file(files.network_info))});
  std::fputs(to_json(rendering).c_str(), stdout);
  throw_if_errors(rendering.diagnostics);
}

}  // namespace

void add_render(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "render", "print the plan, the pod's wiring, each <interface> and the networkData, as JSON");
  const auto files = std::make_shared<Files>();
  command->add_option("-f,--vmi", files->vmi, "a VirtualMachineInstance as JSON")->required();
  command->add_option("--pod", files->pod, "its pod's network, as `patchbay inspect` prints it")
      ->required();
  command->add_option("--network-info", files->network_info,
                      "the pod's annotation kubevirt.io/network-info");
  command->footer(
      "Example:\n  kubectl get vmi vm1 -o json > vmi.json\n"
      "  patchbay render -f vmi.json --pod pod.json");
  command->callback([files] { print(*files); });
}

}  // namespace patchbay::cli
