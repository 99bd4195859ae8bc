#include "cli/render.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "binding/describe.h"
#include "binding/steps_for.h"
#include "cli/plan_input.h"
#include "cloudinit/network_data.h"
#include "cloudinit/seed.h"
#include "domainxml/apply_plan.h"
#include "plan/cloud_init_volume.h"
#include "plan/delivery.h"
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

void add(const Diagnostics& found, Diagnostics& all) {
  all.insert(all.end(), found.begin(), found.end());
}

// What the guest reads: what a sidecar hands over by its volume or by a seed disc, where one does;
// else what the user wrote.
std::string network_data_of(std::string_view vmi_json, const Vmi& vmi, const NetworkPlan& plan,
                            Diagnostics& diagnostics) {
  CloudInitData data = cloud_init_data_of(vmi_json, diagnostics);
  if (has_seed_disc(vmi, plan)) {
    data.data_source = cloudinit::seed_source(plan.guest);
  } else if (!has_written_volume(vmi, plan)) {
    return data.network_data;
  }
  cloudinit::Handover handover = cloudinit::hand_over(plan, data);
  add(handover.diagnostics, diagnostics);
  return std::move(handover.network_data);
}

Rendering render(const PlanFiles& files) {
  const std::string vmi_json = read_text(files.vmi);
  const PlanInput input = read_plan_input(files, vmi_json);
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
  add(delivery_findings(input.vmi, rendering.plan), rendering.diagnostics);
  // The sidecar refuses such a VM before it hands anything over.
  if (has_errors(rendering.diagnostics)) return rendering;
  rendering.network_data =
      network_data_of(vmi_json, input.vmi, rendering.plan, rendering.diagnostics);
  return rendering;
}

// The whole answer is printed, mistakes in it too; then they decide how the program ends.
void print(const PlanFiles& files) {
  const Rendering rendering = render(files);
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
