#include "cli/render.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "binding/describe.h"
#include "binding/steps_for.h"
#include "cli/plan_input.h"
#include "cloudinit/network_data.h"
#include "domainxml/apply_plan.h"
#include "plan/error.h"
#include "plan/make_plan.h"
#include "plan/rendering.h"

namespace patchbay::cli {
namespace {

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
void print(const PlanFiles& files) {
  const Rendering rendering = render(read_plan_input(files));
  std::fputs(to_json(rendering).c_str(), stdout);
  throw_if_errors(rendering.diagnostics);
}

}  // namespace

void add_render(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "render", "print the plan, the pod's wiring, each <interface> and the networkData, as JSON");
  const auto files = std::make_shared<PlanFiles>();
  add_plan_options(*command, *files);
  command->get_option("--vmi")->required();
  command->footer(
      "Example:\n  kubectl get vmi vm1 -o json > vmi.json\n"
      "  patchbay render -f vmi.json --pod pod.json");
  command->callback([files] { print(*files); });
}

}  // namespace patchbay::cli
