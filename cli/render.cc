#include "cli/render.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "binding/describe.h"
#include "binding/steps_for.h"
#include "cli/libvirt_check.h"
#include "cli/manifest.h"
#include "cli/output.h"
#include "cli/plan_input.h"
#include "cli/pod_forecast.h"
#include "cli/record_input.h"
#include "cli/render_table.h"
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

struct Options {
  std::vector<std::string> files;
  std::string vm;
  std::string pod;
  std::string network_info;
  std::string network_status;
  std::vector<std::string> records;
  bool check = false;
  std::string output;
};

void add(const Diagnostics& found, Diagnostics& all) {
  all.insert(all.end(), found.begin(), found.end());
}

// Of a record that can't be read make_plan tells.
std::optional<Record> record_in(const PodState& pod, const IfName& link) {
  try {
    return find_record(pod, link);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// What patchbay-cni does in the pod; nothing where the tap is not its work.
std::vector<std::string> steps_of(const std::string& network, const PodState& pod,
                                  const PodForecast& forecast) {
  constexpr std::string_view kNoMtu = ", mtu 0";
  std::vector<std::string> lines;
  const LinkNames names = link_names(network);
  const auto record = record_in(pod, names.record);
  if (!record) return lines;
  const auto known = forecast.selinux_contexts.find(network);
  const std::string context = known == forecast.selinux_contexts.end() ? "" : known->second;
  for (const Step& step : steps_for(describe_parked(network, names, *record), context)) {
    std::string line = to_string(step);
    if (const size_t at = line.find(kNoMtu); record->mtu == 0 && at != std::string::npos) {
      line.replace(at, kNoMtu.size(), ", mtu of the network");
    }
    lines.push_back(std::move(line));
  }
  return lines;
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

// The pod as it is, or as it will be.
PodForecast pod_of(const Options& options, const Manifests& manifests, const PlanInput& input) {
  PodForecast forecast;
  if (options.pod.empty()) {
    forecast = forecast_pod(input.vmi, manifests.nads, input.network_status);
  } else {
    forecast.pod = parse_pod_state(read_text(options.pod));
  }
  for (const std::string& record : options.records) {
    for (const std::string& network : put_record(record, input.vmi, forecast.pod)) {
      forecast.open.erase(network);
    }
  }
  return forecast;
}

void wire(const PodState& pod, const PodForecast& forecast, Rendering& rendering) {
  for (const Attachment& attachment : rendering.plan.attachments) {
    if (!attachment.ours) continue;
    rendering.interfaces.emplace_back(attachment.network, domainxml::interface_xml(attachment));
    if (auto lines = steps_of(attachment.network, pod, forecast); !lines.empty()) {
      rendering.steps.emplace_back(attachment.network, std::move(lines));
    }
  }
}

std::string text_of(const std::string& path) {
  return path.empty() ? std::string() : read_text(path);
}

Rendering render(const Options& options, PodForecast& forecast) {
  const Manifests manifests = read_manifests(options.files, options.vm);
  PlanInput input{.vmi = parse_vmi(manifests.vmi),
                  .network_info = parse_network_info(text_of(options.network_info)),
                  .network_status = parse_network_status(text_of(options.network_status))};
  forecast = pod_of(options, manifests, input);
  input.pod = forecast.pod;
  Rendering rendering;
  rendering.plan = make_plan(input);
  rendering.on_cluster = settle(forecast, input.vmi, rendering.plan);
  rendering.diagnostics = rendering.plan.diagnostics;
  add(manifests.diagnostics, rendering.diagnostics);
  add(forecast.diagnostics, rendering.diagnostics);
  wire(input.pod, forecast, rendering);
  add(delivery_findings(input.vmi, rendering.plan), rendering.diagnostics);
  if (options.check) add(check_interfaces(rendering.interfaces), rendering.diagnostics);
  // The sidecar refuses such a VM before it hands anything over.
  if (has_errors(rendering.diagnostics)) return rendering;
  rendering.network_data =
      network_data_of(manifests.vmi, input.vmi, rendering.plan, rendering.diagnostics);
  return rendering;
}

// Only one of them can be stdin.
void check_usage(const Options& options) {
  std::vector<std::string> paths = options.files;
  paths.insert(paths.end(), options.records.begin(), options.records.end());
  paths.insert(paths.end(), {options.pod, options.network_info, options.network_status});
  if (std::count(paths.begin(), paths.end(), "-") > 1) {
    throw CLI::ValidationError("only one file can be \"-\", which is stdin");
  }
}

void tell(const PodForecast& forecast, Diagnostics& diagnostics) {
  for (Diagnostic& each : diagnostics) {
    each.message = told(forecast, std::move(each.message), "a MAC known only on the cluster");
  }
}

// The whole answer is printed, mistakes in it too; then they decide how the program ends.
void run(const Options& options) {
  check_usage(options);
  PodForecast forecast;
  Rendering rendering = render(options, forecast);
  tell(forecast, rendering.diagnostics);
  tell(forecast, rendering.plan.diagnostics);
  print(
      options.output, [&] { return told(forecast, to_json(rendering)); },
      [&](bool colour) { return told(forecast, to_table(rendering, colour)); });
  if (options.output != kAsTable) return throw_if_errors(rendering.diagnostics);
  if (has_errors(rendering.diagnostics)) {
    throw Error(Errc::kInvalidInput, "the VM would be refused, for the errors above",
                rendering.plan.vmi);
  }
}

void add_options(CLI::App& command, Options& options) {
  command
      .add_option("-f,--filename,--vmi", options.files,
                  "a VM or VMI and its NADs, YAML or JSON; several times; a folder; - is stdin")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--vm", options.vm, "which, [namespace/]name, where the files have several");
  command.add_option("--pod", options.pod,
                     "its pod's network, as `patchbay inspect -o json` prints it; without it, "
                     "foretold from the NADs");
  command
      .add_option("--record", options.records,
                  "[NETWORK=]FILE: a parked record, or `ip -d link` of the pod; several times")
      ->allow_extra_args(false);
  command.add_option("--network-info", options.network_info,
                     "the pod's annotation kubevirt.io/network-info");
  command.add_option("--network-status", options.network_status,
                     "the pod's annotation k8s.v1.cni.cncf.io/network-status");
  command.add_flag("--check", options.check, "ask libvirt's schema and parser of each <interface>");
  add_output_option(command, options.output, Default::kTableOnTerminal);
}

}  // namespace

void add_render(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "render", "show what each NIC of a VM gets: plan, wiring, <interface>, networkData");
  const auto options = std::make_shared<Options>();
  add_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  patchbay render -f vm.yaml -f networks.yaml              before anything runs\n"
      "  patchbay render -f manifests/ --vm demo/vm1 --check -o yaml\n"
      "  kubectl get vmi vm1 -o json | patchbay render -f - --pod pod.json\n"
      "Ends with 78 where the VM would be refused; all is printed before.");
  command->callback([options] { run(*options); });
}

}  // namespace patchbay::cli
