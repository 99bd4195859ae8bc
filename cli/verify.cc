#include "cli/verify.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/plan_input.h"
#include "plan/compare_guest.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

struct Options {
  PlanFiles files;
  std::string plan;
  std::string addresses;
  std::vector<std::string> routes;
  std::string dns;
  std::string search;
  std::string output = "text";
};

NetworkPlan plan_of(const Options& options) {
  if (!options.plan.empty()) return parse_network_plan(read_text(options.plan));
  const PlanFiles& files = options.files;
  NetworkPlan plan = make_plan(read_plan_input(files, read_text(files.vmi)));
  throw_if_errors(plan.diagnostics);
  return plan;
}

std::optional<std::string> text_if_given(const std::string& path) {
  return path.empty() ? std::nullopt : std::optional(read_text(path));
}

GuestOutputs outputs_of(const Options& options) {
  GuestOutputs outputs;
  outputs.addresses = read_text(options.addresses);
  for (const std::string& path : options.routes) outputs.routes.push_back(read_text(path));
  outputs.dns = text_if_given(options.dns);
  outputs.search = text_if_given(options.search);
  return outputs;
}

void print(const Check& check) {
  if (check.holds()) {
    std::printf("  ok       %s: %s\n", check.what.c_str(), printable(check.found).c_str());
    return;
  }
  std::printf(
      "  DIFFERS  %s\n           expected %s\n           found    %s\n           look at  %s\n",
      check.what.c_str(), printable(check.expected).c_str(), printable(check.found).c_str(),
      printable(check.look_at).c_str());
}

void print(const NicReport& nic) {
  std::printf("%s: %s\n", nic.network.empty() ? "no network" : printable(nic.network).c_str(),
              nic.found ? (printable(nic.found->name) + ", " + nic.found->mac.to_string()).c_str()
                        : "not found");
  for (const Check& check : nic.checks) print(check);
  if (!nic.checks.empty() || !nic.found) return;
  std::vector<std::string> has;
  for (const SeenAddress& address : nic.found->addresses) has.push_back(to_string(address));
  for (const SeenRoute& route : nic.found->routes.value_or(std::vector<SeenRoute>{}))
    has.push_back(to_string(route));
  std::printf("  not patchbay's: %s\n", printable(join(has)).c_str());
}

void print(const GuestReport& report) {
  for (const NicReport& nic : report.nics) print(nic);
  const size_t count = differences(report);
  std::printf("%s: %s\n", printable(report.vmi).c_str(),
              count == 0   ? "the guest has what the plan says"
              : count == 1 ? "1 difference"
                           : (std::to_string(count) + " differences").c_str());
}

// Only one of them can be stdin.
void check_usage(const Options& options) {
  if (options.plan.empty() && options.files.vmi.empty()) {
    throw CLI::RequiredError("--vmi and --pod, or --plan");
  }
  std::vector<std::string> paths = options.routes;
  paths.insert(paths.end(), {options.files.vmi, options.files.pod, options.files.network_info,
                             options.files.network_status, options.plan, options.addresses,
                             options.dns, options.search});
  if (std::count(paths.begin(), paths.end(), "-") > 1) {
    throw CLI::ValidationError("only one file can be \"-\", which is stdin");
  }
}

void verify(const Options& options) {
  check_usage(options);
  const GuestReport report =
      compare_guest(plan_of(options), parse_guest_state(outputs_of(options)));
  if (options.output == "json") {
    std::fputs(to_json(report).c_str(), stdout);
  } else {
    print(report);
  }
  if (differences(report) != 0) throw CLI::RuntimeError(kDiffers);
}

}  // namespace

void add_verify(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "verify", "compare what a guest printed of its network with the plan, NIC by NIC");
  const auto options = std::make_shared<Options>();
  add_plan_options(*command, options->files);
  command
      ->add_option("--plan", options->plan,
                   "the plan itself: \"plan\" in what `patchbay render` prints")
      ->excludes("--vmi");
  command->add_option("--addresses", options->addresses, "the guest's `ip -d -j address`")
      ->required();
  command
      ->add_option("--routes", options->routes,
                   "the guest's `ip -j route`, and once more for its `ip -6 -j route`")
      ->required();
  command->add_option("--dns", options->dns,
                      "the guest's `resolvectl dns`; without it, not compared");
  command->add_option("--search", options->search, "the guest's `resolvectl domain`, the same");
  command->add_option("-o,--output", options->output, "how to print the result")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->footer(
      "Each file may be - for stdin, one of them at a time.\n"
      "Ends with 0 where the guest has all that the plan says, with 1 where it differs, and with\n"
      "another status where that can't be said.\n"
      "Example:\n  patchbay verify -f vmi.json --pod pod.json --addresses addresses.json \\\n"
      "    --routes routes4.json --routes routes6.json --dns dns.txt --search domain.txt");
  command->callback([options] { verify(*options); });
}

}  // namespace patchbay::cli
