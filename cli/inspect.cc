#include "cli/inspect.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "binding/net_namespace.h"
#include "binding/pod_reader.h"

namespace patchbay::cli {
namespace {

// `ip netns` keeps named namespaces here (iproute2, NETNS_RUN_DIR).
constexpr const char* kNamedNamespaces = "/run/netns/";

void inspect(const std::string& netns) {
  std::optional<NetNamespace> entered;
  std::optional<NetNamespace::Scope> scope;
  if (!netns.empty()) {
    entered.emplace(netns.find('/') == std::string::npos ? kNamedNamespaces + netns : netns);
    scope.emplace(*entered);
  }
  std::fputs(to_json(read_pod_state()).c_str(), stdout);
}

}  // namespace

void add_inspect(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "inspect", "print the links, addresses, routes and records of a pod's network, as JSON");
  const auto netns = std::make_shared<std::string>();
  command->add_option("--netns", *netns,
                      "a network namespace, by name or path; without it, the one we are in");
  command->footer("Example:\n  patchbay inspect --netns /proc/4711/ns/net > pod.json");
  command->callback([netns] { inspect(*netns); });
}

}  // namespace patchbay::cli
