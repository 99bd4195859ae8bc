#include "cli/inspect.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "binding/namespace_reader.h"
#include "binding/net_namespace.h"
#include "binding/pod_reader.h"
#include "cli/manifest.h"
#include "cli/output.h"
#include "cli/panel.h"
#include "cli/panel_json.h"
#include "cli/panel_svg.h"
#include "cli/panel_text.h"
#include "cli/plan_input.h"
#include "cli/tap_holders.h"
#include "plan/error.h"
#include "plan/vmi.h"

namespace patchbay::cli {
namespace {

// `ip netns` keeps named namespaces here (iproute2, NETNS_RUN_DIR).
constexpr const char* kNamedNamespaces = "/run/netns/";
constexpr const char* kFirstProcess = "/proc/1/ns/net";

struct Options {
  std::string netns;
  std::string node_netns;
  std::string vmi;
  std::string svg;
  std::string output;
};

std::string path_of(const std::string& netns) {
  return netns.find('/') == std::string::npos ? kNamedNamespaces + netns : netns;
}

struct Seen {
  PodState pod;
  PanelSources sources;
};

Seen read_pod(const std::string& node) {
  Seen seen{read_pod_state(), {.pod = read_pod_view()}};
  try {
    seen.sources.node_number = namespace_number(node);
  } catch (const Error& error) {
    if (error.errc() != Errc::kNotFound) throw;
  }
  return seen;
}

// In the pod, process 1 is one of the pod's: no node is seen there.
void read_node(const std::string& path, PanelSources& sources) {
  const NetNamespace node(path);
  const NetNamespace::Scope inside(node);
  NamespaceView view = read_node_view();
  if (view.id != sources.pod.id) sources.node = std::move(view);
}

Seen read(const Options& options) {
  const std::string node = options.node_netns.empty() ? kFirstProcess : path_of(options.node_netns);
  Seen seen;
  if (options.netns.empty()) {
    seen = read_pod(node);
  } else {
    const NetNamespace pod(path_of(options.netns));
    const NetNamespace::Scope inside(pod);
    seen = read_pod(node);
  }
  try {
    read_node(node, seen.sources);
  } catch (const Error&) {
    if (!options.node_netns.empty()) throw;
  }
  TapHolders found = find_tap_holders(seen.sources.pod.id);
  seen.sources.holders = std::move(found.holders);
  seen.sources.networks = std::move(found.networks);
  return seen;
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw Error(Errc::kIo, std::string("can't be written: ") + std::strerror(errno), path);
}

void inspect(const Options& options) {
  Seen seen = read(options);
  if (!options.vmi.empty()) {
    const Vmi vmi = parse_vmi(vmi_in(read_text(options.vmi), options.vmi));
    for (const VmiInterface& interface : vmi.interfaces) {
      seen.sources.networks.push_back(interface.name);
    }
  }
  const Panel panel = make_panel(seen.sources);
  if (!options.svg.empty()) write_file(options.svg, panel_svg(panel));
  print(
      options.output, [&] { return panel_json(seen.pod, panel); },
      [&](bool) { return panel_text(panel, terminal_of_stdout()); });
  if (drift_count(panel) != 0) throw CLI::RuntimeError(kDrifted);
}

}  // namespace

void add_inspect(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "inspect", "show a pod's patch panel: what each NIC is plugged into, and what has drifted");
  const auto options = std::make_shared<Options>();
  command->add_option(
      "--netns", options->netns,
      "the pod's network namespace, by name or path; without it, the one we are in");
  command->add_option("--node-netns", options->node_netns,
                      "the node's, where the cables end; without it, that of process 1");
  command->add_option("-f,--vmi", options->vmi, "its VM or VMI, YAML or JSON: its networks' names");
  command->add_option("--svg", options->svg, "write the panel as a picture into this file, too");
  add_output_option(*command, options->output, Default::kTableOnTerminal);
  command->footer(
      "Ends with 0 where the pod is as patchbay-cni left it, with 1 where it has drifted, and "
      "with\n"
      "another status where that can't be said.\n"
      "Examples:\n  patchbay inspect --netns /proc/4711/ns/net -o table --svg panel.svg\n"
      "  patchbay inspect --netns /proc/4711/ns/net > pod.json");
  command->callback([options] { inspect(*options); });
}

}  // namespace patchbay::cli
