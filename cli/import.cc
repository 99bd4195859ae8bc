#include "cli/import.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/batch_conflicts.h"
#include "cli/plan_input.h"
#include "cli/source.h"

namespace patchbay::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string output = "table";
};

void list_inventory(const Options& options) {
  std::vector<Reading> readings;
  for (const std::string& file : options.files) {
    readings.push_back(read_source(read_text(file), file == "-" ? "stdin" : file));
  }
  Inventory inventory = merge_readings(readings);
  const Diagnostics conflicts = find_conflicts(inventory);
  inventory.diagnostics.insert(inventory.diagnostics.end(), conflicts.begin(), conflicts.end());
  const std::string text = options.output == "json" ? to_json(inventory) : to_table(inventory);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

void add_import(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "import", "read VMs, their NICs and addresses from what vSphere, oVirt and Forklift export");
  const auto options = std::make_shared<Options>();
  command->add_flag("--list")->required()->description("print the inventory as understood");
  command->add_option("-o,--output", options->output, "how to print it")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command
      ->add_option("FILE", options->files, "any mix of sources, known by their content; - is stdin")
      ->required();
  command->footer(
      "Sources: govc vm.info, device.info, ls, object.collect, host.portgroup.info and\n"
      "dvs.portgroup.info, each with -json; VMX; OVF; oVirt's API as JSON; Forklift's NetworkMap "
      "and\n"
      "static-IP string. What contradicts itself is listed at the end; the first file's word is "
      "taken.\n"
      "Example:\n  govc vm.info -json web01 > web01.json\n"
      "  govc device.info -json -vm web01 'ethernet-*' > web01-nics.json\n"
      "  govc object.collect -json -type DistributedVirtualPortgroup / name key config > "
      "networks.json\n"
      "  patchbay import --list web01.json web01-nics.json networks.json");
  command->callback([options] { list_inventory(*options); });
}

}  // namespace patchbay::cli
