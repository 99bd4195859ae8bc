#include "cli/verify.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/console_questions.h"
#include "cli/credentials.h"
#include "cli/guest_agent.h"
#include "cli/output.h"
#include "cli/plan_input.h"
#include "cli/pod_forecast.h"
#include "cli/transcript.h"
#include "cli/verify_report.h"
#include "plan/agent_state.h"
#include "plan/compare_guest.h"
#include "plan/error.h"
#include "plan/json_reader.h"
#include "plan/network_plan.h"

namespace patchbay::cli {
namespace {

struct Options {
  PlanFiles files;
  std::string plan;
  std::string console;
  std::string domain;
  std::string connect;
  bool agent = false;
  std::string transcript;
  std::string addresses;
  std::vector<std::string> routes;
  std::string dns;
  std::string search;
  std::string credentials;
  unsigned timeout = 120;  // seconds
  std::vector<std::string> pings;
  bool ping_gateways = false;
  std::string output;
};

bool by_console(const Options& options) {
  return !options.console.empty() || (!options.domain.empty() && !options.agent);
}

// What `patchbay render` prints has the plan as a member.
NetworkPlan read_plan(const std::string& path) {
  const std::string text = read_text(path);
  const Json json = parse_json(text, "plan");
  const bool rendered = json.is_object() && json.contains("plan") && !json.contains("schema");
  try {
    return parse_network_plan(rendered ? json.at("plan").dump() : text);
  } catch (const Error& error) {
    if (error.message().find(kOnCluster) == std::string::npos) throw;
    throw Error(
        error.errc(),
        error.message() + "; render the VM with its pod (--pod), or give both here (-f, --pod)",
        error.where());
  }
}

NetworkPlan plan_of(const Options& options, const std::string& vmi) {
  if (!options.plan.empty()) return read_plan(options.plan);
  NetworkPlan plan = make_plan(read_plan_input(options.files, vmi));
  throw_if_errors(plan.diagnostics);
  return plan;
}

std::optional<std::string> text_if_given(const std::string& path) {
  return path.empty() ? std::nullopt : std::optional(read_text(path));
}

GuestOutputs outputs_of(const Options& options) {
  if (!options.transcript.empty()) return read_transcript(read_text(options.transcript));
  GuestOutputs outputs;
  outputs.addresses = read_text(options.addresses);
  for (const std::string& path : options.routes) outputs.routes.push_back(read_text(path));
  outputs.dns = text_if_given(options.dns);
  outputs.search = text_if_given(options.search);
  return outputs;
}

GuestState state_without_console(const Options& options, const std::string& vmi) {
  if (!options.agent) return parse_guest_state(outputs_of(options));
  return options.domain.empty() ? parse_vmi_agent_state(vmi)
                                : ask_agent(options.connect, options.domain);
}

std::vector<Ping> pings_of(const Options& options, const NetworkPlan& plan,
                           const GuestState& guest) {
  std::vector<Ping> pings;
  for (const std::string& address : options.pings) pings.push_back({IpAddress::parse(address), ""});
  if (!options.ping_gateways) return pings;
  for (Ping& gateway : gateways(plan, guest)) pings.push_back(std::move(gateway));
  return pings;
}

GuestReport report_by_console(const Options& options, const NetworkPlan& plan) {
  std::optional<Credentials> given;
  if (!options.credentials.empty()) given = read_credentials(options.credentials);
  GuestConsole console(
      options.console.empty() ? open_domain_console(options.connect, options.domain)
                              : open_console(options.console),
      [&given] { return given ? *given : ask_for_credentials(); },
      std::chrono::seconds(options.timeout));
  const Ask ask = [&console](const std::string& command) { return console.ask(command); };
  const GuestState guest = parse_guest_state(ask_for_network(ask));
  GuestReport report = compare_guest(plan, guest);
  for (Check& check : ask_for_pings(ask, pings_of(options, plan, guest))) {
    report.checks.push_back(std::move(check));
  }
  console.leave();
  return report;
}

void check_sources(const Options& options) {
  const int sources = (by_console(options) ? 1 : 0) + (options.agent ? 1 : 0) +
                      (options.transcript.empty() ? 0 : 1) + (options.addresses.empty() ? 0 : 1);
  if (sources != 1) {
    throw CLI::RequiredError("one of --console, --domain, --agent, --transcript and --addresses");
  }
  if (options.agent && options.domain.empty() && options.files.vmi.empty()) {
    throw CLI::RequiredError("--agent: the VMI with its status (-f), or --domain");
  }
  if (!by_console(options) &&
      (!options.pings.empty() || options.ping_gateways || !options.credentials.empty())) {
    throw CLI::ValidationError("--ping, --ping-gateways and --credentials are a console's");
  }
}

// Before a console is touched.
void check_pings(const Options& options) {
  for (const std::string& address : options.pings) {
    try {
      IpAddress::parse(address);
    } catch (const Error& error) {
      throw Error(error.errc(), error.message(), "--ping");
    }
  }
}

// Only one file can be stdin.
void check_usage(const Options& options) {
  if (options.plan.empty() && options.files.vmi.empty()) {
    throw CLI::RequiredError("--vmi and --pod, or --plan");
  }
  check_sources(options);
  check_pings(options);
  std::vector<std::string> paths = options.routes;
  paths.insert(paths.end(), {options.files.vmi, options.files.pod, options.files.network_info,
                             options.files.network_status, options.plan, options.transcript,
                             options.addresses, options.dns, options.search});
  if (std::count(paths.begin(), paths.end(), "-") > 1) {
    throw CLI::ValidationError("only one file can be \"-\", which is stdin");
  }
}

void verify(const Options& options) {
  check_usage(options);
  const std::string vmi = text_if_given(options.files.vmi).value_or("");
  const NetworkPlan plan = plan_of(options, vmi);
  const GuestReport report = by_console(options)
                                 ? report_by_console(options, plan)
                                 : compare_guest(plan, state_without_console(options, vmi));
  print(
      options.output, [&report] { return to_json(report); },
      [&report](bool colour) { return to_text(report, colour); });
  if (differences(report) != 0) throw CLI::RuntimeError(kDiffers);
}

void add_sources(CLI::App& command, Options& options) {
  CLI::Option* console = command.add_option(
      "--console", options.console,
      "the guest's console: a command such as \"virsh console vm1\", unix:SOCKET, or a device");
  CLI::Option* domain = command.add_option(
      "--domain", options.domain, "a libvirt domain: its console, or with --agent its guest agent");
  domain->excludes(console);
  command.add_option("--connect", options.connect, "libvirt's URI; without it, libvirt's default")
      ->needs(domain);
  command
      .add_flag("--agent", options.agent,
                "what the guest agent says: by --domain, else in the status of the VMI (-f)")
      ->excludes(console);
  command.add_option("--transcript", options.transcript,
                     "a console's text in which the commands of --print-commands were run");
  CLI::Option* addresses = command.add_option("--addresses", options.addresses,
                                              "a file with the guest's `ip -d -j address`");
  CLI::Option* routes = command.add_option(
      "--routes", options.routes, "its `ip -j route`, and once more for its `ip -6 -j route`");
  addresses->needs(routes);
  routes->needs(addresses);
  command.add_option("--dns", options.dns, "its `resolvectl dns`; without it, not compared")
      ->needs(addresses);
  command.add_option("--search", options.search, "its `resolvectl domain`, the same")
      ->needs(addresses);
}

void add_console_options(CLI::App& command, Options& options) {
  command.add_option("--credentials", options.credentials,
                     "two lines, user and password, in a file that only its owner may read; "
                     "without it, asked for where the guest asks");
  command
      .add_option("--timeout", options.timeout,
                  "seconds for the guest to come to a prompt, and for each answer")
      ->check(CLI::Range(1U, 86400U))
      ->capture_default_str();
  command.add_option("--ping", options.pings, "an address that has to answer the guest");
  command.add_flag("--ping-gateways", options.ping_gateways,
                   "the same for the gateways of the plan");
}

constexpr char kFooter[] =
    "Each file may be - for stdin, one of them at a time.\n"
    "Ends with 0 where all that was looked at is as the plan says, with 1 where the guest "
    "differs,\n"
    "and with another status where that can't be said. The console is left as it was found.\n"
    "Examples:\n"
    "  patchbay verify -f vmi.json --pod pod.json --console 'kubectl virt console vm1'\n"
    "  patchbay verify --plan plan.json --domain ns_vm1 --credentials guest.login --ping-gateways\n"
    "  patchbay verify -f vmi.json --pod pod.json --agent\n"
    "  patchbay verify --plan plan.json --addresses addresses.json --routes routes4.json \\\n"
    "    --routes routes6.json --dns dns.txt --search domain.txt";

}  // namespace

void add_verify(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "verify", "whether a guest has what the plan says, NIC by NIC: by its console or agent");
  const auto options = std::make_shared<Options>();
  add_plan_options(*command, options->files);
  command
      ->add_option("--plan", options->plan,
                   "the plan itself: what `patchbay render` prints, or \"plan\" in it")
      ->excludes("--vmi");
  add_sources(*command, *options);
  add_console_options(*command, *options);
  add_output_option(*command, options->output);
  command->add_flag_callback(
      "--print-commands",
      [] {
        std::fputs(commands_to_paste().c_str(), stdout);
        throw CLI::Success();
      },
      "print what to run in a guest for --transcript, and end");
  command->footer(kFooter);
  command->callback([options] { verify(*options); });
}

}  // namespace patchbay::cli
