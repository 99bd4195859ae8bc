#include "binding/cni_main.h"

#include <algorithm>
#include <array>

#include "binding/check.h"
#include "binding/garbage.h"
#include "binding/status.h"
#include "binding/verbs.h"
#include "plan/cni_call.h"
#include "plan/error.h"
#include "plan/log.h"
#include "plan/names.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr std::array<std::string_view, 6> kCommands{"ADD", "DEL",    "CHECK",
                                                    "GC",  "STATUS", "VERSION"};

// The version that a verb came with; older configurations may not use it.
struct VerbSince {
  std::string_view command;
  std::string_view version;
};
constexpr std::array<VerbSince, 3> kLaterVerbs{
    {{"CHECK", "0.4.0"}, {"GC", "1.1.0"}, {"STATUS", "1.1.0"}}};

struct CniEnvironment {
  std::string command;
  std::string container_id;
  std::string netns;  // DEL: may be empty
  std::string if_name;
};

std::string variable(const CniRequest& request, const char* name) {
  return request.environment(name).value_or("");
}

std::string command_of(const CniRequest& request) {
  std::string command = variable(request, "CNI_COMMAND");
  if (std::find(kCommands.begin(), kCommands.end(), command) != kCommands.end()) return command;
  throw Error(Errc::kBadEnvironment,
              "expected ADD, DEL, CHECK, GC, STATUS or VERSION, found " +
                  (command.empty() ? "nothing: this is a CNI plugin, which a container runtime "
                                     "calls, not a person"
                                   : in_quotes(command)),
              "CNI_COMMAND");
}

// SPEC.md, "Parameters": letters and digits, then also '_', '.', '-'.
bool is_container_id(std::string_view id) {
  return !id.empty() && is_ascii_alnum(id.front()) && std::all_of(id.begin(), id.end(), [](char c) {
    return is_ascii_alnum(c) || c == '_' || c == '.' || c == '-';
  });
}

CniEnvironment environment_of(const CniRequest& request, const std::string& command) {
  CniEnvironment environment{command, variable(request, "CNI_CONTAINERID"),
                             variable(request, "CNI_NETNS"), variable(request, "CNI_IFNAME")};
  std::vector<std::string> missing;
  if (environment.container_id.empty()) missing.emplace_back("CNI_CONTAINERID");
  if (environment.netns.empty() && command != "DEL") missing.emplace_back("CNI_NETNS");
  if (environment.if_name.empty()) missing.emplace_back("CNI_IFNAME");
  if (!missing.empty()) {
    throw Error(Errc::kBadEnvironment, command + " needs " + join(missing) + ", which are not set",
                "environment");
  }
  if (!is_container_id(environment.container_id)) {
    throw Error(
        Errc::kBadEnvironment,
        "expected letters, digits, '_', '.' and '-', found " + in_quotes(environment.container_id),
        "CNI_CONTAINERID");
  }
  if (!IfName::is_legal(environment.if_name)) {
    throw Error(Errc::kBadEnvironment,
                "expected an interface's name, found " + in_quotes(environment.if_name),
                "CNI_IFNAME");
  }
  return environment;
}

// kCniVersions is in order.
size_t rank(std::string_view version) {
  return static_cast<size_t>(std::find(kCniVersions.begin(), kCniVersions.end(), version) -
                             kCniVersions.begin());
}

void check_version(const CniConfig& config, const std::string& command) {
  for (const VerbSince& verb : kLaterVerbs) {
    if (verb.command != command || rank(config.cni_version) >= rank(verb.version)) continue;
    throw Error(Errc::kWrongVersion,
                command + " came with CNI " + std::string(verb.version) +
                    ", the network configuration is of version " + config.cni_version +
                    "; write a later cniVersion into it",
                "network configuration.cniVersion");
  }
}

// Which of the two forms it is: KubeVirt names the VMI's network in the binding's own NAD only.
bool is_chained(const CniConfig& config) { return config.network.empty(); }

// Chained into a network that plain pods use as well, we leave those alone.
bool is_for_us(const CniEnvironment& environment, const NadOptions& options) {
  return is_hashed_pod_name(environment.if_name) || options.always.value_or(false);
}

AttachmentCall call_of(const CniConfig& config, const CniEnvironment& environment) {
  AttachmentCall call{.container_id = environment.container_id, .device_id = config.device_id};
  if (!config.name.empty()) {
    call.owner = {config.name, attachment_mark(environment.container_id, environment.if_name)};
  }
  if (is_chained(config)) {
    call.network = config.name;
    call.names = link_names_beside(IfName::parse(environment.if_name));
  } else {
    call.network = config.network;
    call.names = link_names(config.network);
  }
  return call;
}

void expect_form(const CniConfig& config) {
  if (is_chained(config) && !config.has_prev_result) {
    throw Error(
        Errc::kInvalidInput,
        "is missing, and so is prevResult: KubeVirt puts the VMI's network name there for the NAD "
        "of a network binding; name this NAD as networkAttachmentDefinition in the KubeVirt "
        "resource, not in a VM or a pod, or put patchbay behind the plugin that makes the "
        "interface, in the network's own list",
        "args.cni.logicNetworkName");
  }
}

// From CHECK on, libcni hands the binding's own result back to it as prevResult.
void expect_one_form(const CniConfig& config) {
  expect_form(config);
  if (!is_chained(config) && config.has_prev_result) {
    throw Error(
        Errc::kInvalidInput,
        "there is args.cni.logicNetworkName, too: the binding's NAD lists patchbay alone; a "
        "network's own list names no other network",
        "prevResult");
  }
}

std::string run_add(const CniRequest& request, const CniConfig& config,
                    const CniEnvironment& environment, Diagnostics& diagnostics) {
  expect_one_form(config);
  AttachmentCall call = call_of(config, environment);
  call.options = parse_cni_options(request.input);
  if (!is_chained(config)) {
    add(*request.open_kernel(environment.netns), call, diagnostics);
    return cni_empty_result(config.cni_version);
  }
  call.prev_result = parse_prev_result(request.input);
  call.mac = cni_args_mac(variable(request, "CNI_ARGS"));
  if (is_for_us(environment, call.options.defaults)) {
    add(*request.open_kernel(environment.netns), call, diagnostics);
  }
  return cni_prev_result(request.input);
}

// Options that can't be read keep no DEL from undoing what it can.
bool acted_on(const CniRequest& request, const CniConfig& config,
              const CniEnvironment& environment) {
  if (!is_chained(config)) return true;
  try {
    return is_for_us(environment, parse_cni_options(request.input).defaults);
  } catch (const Error&) {
    return true;
  }
}

void run_del(const CniRequest& request, const CniConfig& config, const CniEnvironment& environment,
             Diagnostics& diagnostics) {
  if (environment.netns.empty() || !acted_on(request, config, environment)) return;
  const AttachmentCall call = call_of(config, environment);
  std::unique_ptr<Kernel> kernel;
  try {
    kernel = request.open_kernel(environment.netns);
  } catch (const Error& error) {
    if (error.errc() == Errc::kNotFound) return;  // all that ADD made went with the namespace
    throw;
  }
  del(*kernel, call, diagnostics);
}

void run_check(const CniRequest& request, const CniConfig& config,
               const CniEnvironment& environment) {
  expect_form(config);
  const CniOptions options = parse_cni_options(request.input);
  AttachmentCall call = call_of(config, environment);
  if (is_chained(config)) {
    call.prev_result = parse_prev_result(request.input);
    if (!is_for_us(environment, options.defaults)) return;
  }
  check(*request.open_kernel(environment.netns), call);
}

void run_gc(const CniRequest& request, const CniConfig& config, Diagnostics& diagnostics) {
  if (config.name.empty()) {
    throw Error(Errc::kInvalidInput, "is missing: GC is of one network, known by its name",
                "network configuration.name");
  }
  collect_garbage({.network = config.name,
                   .valid = parse_valid_attachments(request.input),
                   .namespace_folders = request.namespace_folders,
                   .read_pod = request.read_pod,
                   .open_kernel = request.open_kernel},
                  diagnostics);
}

// Those verbs that are about one attachment.
std::string run_on_attachment(const CniRequest& request, const CniConfig& config,
                              const CniEnvironment& environment, Diagnostics& diagnostics) {
  if (environment.command == "ADD") return run_add(request, config, environment, diagnostics);
  if (environment.command == "CHECK") {
    run_check(request, config, environment);
  } else {
    run_del(request, config, environment, diagnostics);
  }
  return {};
}

std::string run_command(const CniRequest& request, Diagnostics& diagnostics) {
  const std::string command = command_of(request);
  if (command == "VERSION") return cni_versions(cni_version_of(request.input));
  const bool about_node = command == "GC" || command == "STATUS";
  const auto environment =
      about_node ? std::nullopt : std::optional(environment_of(request, command));
  const CniConfig config = parse_cni_config(request.input);
  check_version(config, command);
  if (environment) return run_on_attachment(request, config, *environment, diagnostics);
  if (command == "GC") {
    run_gc(request, config, diagnostics);
  } else {
    check_node(request.open_scratch_kernel, parse_cni_options(request.input), diagnostics);
  }
  return {};
}

std::string log_of(const Diagnostics& diagnostics, const CniRequest& request) {
  std::string log;
  const std::string command = variable(request, "CNI_COMMAND");
  const std::string container = variable(request, "CNI_CONTAINERID");
  for (const Diagnostic& diagnostic : diagnostics) {
    log += container.empty()
               ? log_line(diagnostic, {{"command", command}})
               : log_line(diagnostic, {{"command", command}, {"container", container}});
  }
  return log;
}

}  // namespace

CniAnswer run_cni(const CniRequest& request) {
  CniAnswer answer;
  Diagnostics diagnostics;
  const auto fail = [&](const Error& error) {
    answer.exit_status = info(error.errc()).exit_code;
    answer.output = cni_error(cni_version_of(request.input), error);
  };
  try {
    answer.output = run_command(request, diagnostics);
  } catch (const Error& error) {
    fail(error);
  } catch (const std::exception& error) {
    fail(Error(Errc::kInternal, error.what()));
  }
  answer.log = log_of(diagnostics, request);
  return answer;
}

}  // namespace patchbay
