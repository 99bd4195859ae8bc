#include "cli/import.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/batch_conflicts.h"
#include "cli/colour.h"
#include "cli/import_objects.h"
#include "cli/import_report.h"
#include "cli/network_map.h"
#include "cli/output.h"
#include "cli/place.h"
#include "cli/plan_input.h"
#include "cli/progress.h"
#include "cli/source.h"
#include "cli/yaml_text.h"
#include "plan/error.h"
#include "plan/json_text.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr std::array kGuestConfigs{GuestConfig::kKeep, GuestConfig::kCloudInit, GuestConfig::kSeed,
                                   GuestConfig::kDhcp};

struct Options {
  std::vector<std::string> files;
  std::string map;
  std::string guest_config;  // empty: the map's
  std::string output;
  std::string folder;  // empty: nothing is written
  std::string bridge_plugin{kCnvBridge};
  bool list = false;
  bool suggest_map = false;
  bool patch = false;
  bool force = false;
};

Inventory read_inventory(const Options& options) {
  std::vector<Reading> readings;
  Progress progress("reading", options.files.size());
  for (const std::string& file : options.files) {
    readings.push_back(read_source(read_text(file), file == "-" ? "stdin" : file));
    progress.step();
  }
  return merge_readings(readings);
}

void append(const Diagnostics& found, Diagnostics& all) {
  all.insert(all.end(), found.begin(), found.end());
}

void list(const Options& options) {
  Inventory inventory = read_inventory(options);
  append(find_conflicts(inventory), inventory.diagnostics);
  print(
      options.output, [&] { return to_json(inventory); },
      [&](bool) { return to_table(inventory); });
}

std::vector<std::string> guest_config_names() {
  std::vector<std::string> names;
  for (const GuestConfig config : kGuestConfigs) names.emplace_back(name(config));
  return names;
}

void print_findings(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
  }
}

NetworkMap parse_map(const std::string& path, Diagnostics& mistakes) {
  const std::string text = read_text(path);
  try {
    return parse_network_map(text, mistakes);
  } catch (const Error& error) {
    throw Error(error.errc(), error.message(), path == "-" ? "stdin" : path);
  }
}

NetworkMap read_map(const Options& options) {
  Diagnostics mistakes;
  NetworkMap map = parse_map(options.map, mistakes);
  print_findings(mistakes);
  if (has_errors(mistakes)) {
    throw Error(Errc::kInvalidInput, "is no map that can be followed; nothing was written",
                options.map);
  }
  for (const GuestConfig config : kGuestConfigs) {
    if (options.guest_config == name(config)) map.guest_config = config;
  }
  return map;
}

// KubeVirt refuses a VM without memory.
void warn_of_memory(const Inventory& inventory, ImportPlan& plan) {
  for (const VmPlan& vm : plan.vms) {
    if (inventory.vms.at(vm.source_name).memory_mib != 0) continue;
    Place{vm_where(vm.source_name), plan.diagnostics}.warn(
        "no source says how much memory it has, and KubeVirt takes no VM without",
        "give a source that does, such as `govc vm.info -json` or oVirt's JSON of the VM, or add "
        "spec.template.spec.domain.memory.guest to what is written");
  }
}

// A stream goes to kubectl: what is said of it stands beside, and with errors there is none.
void print_report(const Options& options, const Inventory& inventory, const ImportPlan& plan,
                  const ImportForm& form) {
  std::string text;
  if (options.output == kAsYaml) {
    print_findings(plan.diagnostics);
    if (!has_errors(plan.diagnostics)) text = stream_of(inventory, plan, form);
  } else if (options.output == kAsJson) {
    text = escaped_json(report_json(inventory, plan, form));
  } else {
    text = report_table(inventory, plan, wants_colour(stdout));
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void write(const Options& options, const Inventory& inventory, const ImportPlan& plan,
           const ImportForm& form) {
  const WrittenFiles written =
      write_files(options.folder, files_of(inventory, plan, form), options.force);
  std::fflush(stdout);
  std::fprintf(stderr,
               "%s: files written: %zu, replaced: %zu, there already with the same text: %zu\n",
               printable(options.folder).c_str(), written.made, written.replaced, written.same);
}

void import(const Options& options) {
  const NetworkMap map = read_map(options);
  const Inventory inventory = read_inventory(options);
  const ImportForm form{options.bridge_plugin, options.patch};
  ImportPlan plan = plan_import(inventory, map);
  plan.diagnostics.insert(plan.diagnostics.begin(), inventory.diagnostics.begin(),
                          inventory.diagnostics.end());
  if (!options.patch) warn_of_memory(inventory, plan);
  print_report(options, inventory, plan, form);
  const auto errors = std::count_if(
      plan.diagnostics.begin(), plan.diagnostics.end(),
      [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::kError; });
  if (errors > 0) {
    throw Error(Errc::kInvalidInput, "the import has " + std::to_string(errors) +
                                         (errors == 1 ? " error" : " errors") +
                                         ", so nothing was written");
  }
  if (!options.folder.empty()) write(options, inventory, plan, form);
}

void run(const Options& options) {
  if (options.list) return list(options);
  if (options.suggest_map) {
    std::fputs(suggest_map(read_inventory(options)).c_str(), stdout);
    return;
  }
  if (options.map.empty()) throw CLI::RequiredError("one of --map, --suggest-map and --list");
  import(options);
}

constexpr char kFooter[] =
    "Sources: govc vm.info, device.info, ls, object.collect, host.portgroup.info and\n"
    "dvs.portgroup.info, each with -json; VMX; OVF; oVirt's API as JSON; Forklift's NetworkMap "
    "and\n"
    "static-IP string. What contradicts itself is listed at the end; the first file's word is "
    "taken.\n"
    "Example:\n"
    "  govc vm.info -json web01 > web01.json\n"
    "  govc device.info -json -vm web01 'ethernet-*' > web01-nics.json\n"
    "  govc object.collect -json -type DistributedVirtualPortgroup / name key config > "
    "networks.json\n"
    "  patchbay import --suggest-map *.json > map.yaml   # then say in it what goes where\n"
    "  patchbay import --map map.yaml *.json             # what each NIC becomes\n"
    "  patchbay import --map map.yaml *.json --output-dir web\n"
    "  kubectl apply -R -f web";

}  // namespace

void add_import(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "import", "bring VMs over from vSphere or oVirt with their networks and addresses");
  const auto options = std::make_shared<Options>();
  CLI::Option* map = command->add_option("-m,--map", options->map,
                                         "which network is which on the cluster, as YAML");
  command->add_flag("--suggest-map", options->suggest_map, "print a first map, to be completed")
      ->excludes(map);
  command->add_flag("--list", options->list, "print the inventory as understood")->excludes(map);
  command
      ->add_option("--guest-config", options->guest_config,
                   "who tells the guests their addresses, where the map says it for no VM")
      ->check(CLI::IsMember(guest_config_names()))
      ->needs(map);
  add_output_option(*command, options->output);
  CLI::Option* folder =
      command->add_option("--output-dir", options->folder, "write a file for each object")
          ->needs(map);
  command
      ->add_flag("--patch", options->patch,
                 "patches for VMs that are there already, such as Forklift's, instead of VMs")
      ->needs(map);
  command->add_flag("--force", options->force, "replace files that are there with another text")
      ->needs(folder);
  command->add_option("--bridge-plugin", options->bridge_plugin, "the CNI plugin of the NADs")
      ->check(CLI::IsMember({std::string(kCnvBridge), std::string(kBridge)}))
      ->capture_default_str();
  command
      ->add_option("FILE", options->files, "any mix of sources, known by their content; - is stdin")
      ->required();
  command->footer(kFooter);
  command->callback([options] { run(*options); });
}

}  // namespace patchbay::cli
