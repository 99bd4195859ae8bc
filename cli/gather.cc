#include "cli/gather.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/run_program.h"
#include "plan/cluster_objects.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

using Words = std::vector<std::string>;

constexpr std::chrono::seconds kLimit{60};  // for each kubectl
// Where manifests/ puts what is ours.
constexpr char kOwnNamespace[] = "patchbay";

// TYPE/NAME, never two words: a name that begins with a dash is then no option.
constexpr char kNads[] = "network-attachment-definitions.k8s.cni.cncf.io";

struct Options {
  std::string vm;
  std::string namespace_;  // empty: kubectl's current one
  std::string folder;
  std::string kubectl = "kubectl";
};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Names in files' names come from what users wrote; of one that no file can have, its middle goes.
std::string file_name(std::string name) {
  constexpr size_t kLongest = 200, kEnd = 100;
  if (name.size() > kLongest) name.erase(kLongest - kEnd, name.size() - kLongest);
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-'; }, '_');
  return name;
}

// One call after the other, each into a file of its own; one that fails is said and leaves its
// reason in its file, for what can't be had is a finding too.
class Report {
 public:
  explicit Report(const Options& options)
      : kubectl_(options.kubectl),
        folder_(options.folder),
        in_namespace_(options.namespace_.empty() ? Words{} : Words{"-n", options.namespace_}) {
    std::error_code failure;
    if (std::filesystem::create_directory(folder_, failure)) return;
    if (!failure || failure == std::errc::file_exists) {
      throw Error(Errc::kConflict, "is there already; name another folder with --output",
                  folder_.string());
    }
    throw Error(Errc::kIo, "can't be made: " + failure.message() + "; name another with --output",
                folder_.string());
  }

  // The text of an object as JSON, or nothing; in the file it is without secrets. Of one that can't
  // be read, or came in part, nothing is kept, for it may hold secrets.
  std::optional<std::string> object(const std::string& file, const Words& what) {
    const Finished finished = call(with(with({"get"}, what), {"-o", "json"}));
    if (finished.status != 0) {
      keep(file, finished.errors + ended_with(finished), false);
      refusal_ = last_line(finished.errors);
      return std::nullopt;
    }
    try {
      keep(file, without_secrets(finished.out), true);
    } catch (const Error& error) {
      keep(file, std::string(error.what()) + "\n", false);
      return std::nullopt;
    }
    return finished.out;
  }

  void text(const std::string& file, const Words& arguments) {
    const Finished finished = call(arguments);
    const bool fine = finished.status == 0;
    keep(file, fine ? finished.out : finished.out + finished.errors + ended_with(finished), fine);
  }

  const Words& in_namespace() const { return in_namespace_; }
  const std::string& refusal() const { return refusal_; }  // of the last object that is not there

 private:
  Finished call(const Words& arguments) const {
    return run_program(with({kubectl_}, arguments), kLimit);
  }

  static std::string last_line(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    return std::string(text.substr(text.rfind('\n') + 1));
  }

  static std::string ended_with(const Finished& finished) {
    return "(kubectl ended with " + std::to_string(finished.status) + ")\n";
  }

  void keep(const std::string& name, const std::string& text, bool fine) {
    const std::filesystem::path path = folder_ / file_name(name);
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw Error(Errc::kIo, "can't be written", path.string());
    std::printf("%-7s %s\n", fine ? "ok" : "failed", path.filename().c_str());
  }

  std::string kubectl_;
  std::filesystem::path folder_;
  Words in_namespace_;
  std::string refusal_;
};

// A container's log, and that of the run before where it was restarted.
void gather_log(Report& report, const GatheredPod& pod, const std::string& container,
                const Words& in_namespace) {
  const Words call = with({"logs", pod.name, "-c", container, "--timestamps"}, in_namespace);
  const std::string name = "log-" + pod.name + "-" + container;
  report.text(name + ".txt", call);
  const auto& restarted = pod.restarted;
  if (std::find(restarted.begin(), restarted.end(), container) == restarted.end()) return;
  report.text(name + "-previous.txt", with(call, {"--previous"}));
}

void gather_pod(Report& report, const GatheredPod& pod) {
  const Words here = report.in_namespace();
  report.text("events-" + pod.name + ".txt",
              with({"get", "events", "--field-selector", "involvedObject.name=" + pod.name}, here));
  for (const std::string& container : with(pod.sidecars, {"compute"})) {
    gather_log(report, pod, container, here);
  }
  for (const std::string& sidecar : pod.sidecars) {
    report.text("check-" + pod.name + "-" + sidecar + ".txt",
                with(with({"exec", pod.name, "-c", sidecar}, here),
                     {"--", "/patchbay-sidecar", "--check"}));
  }
  if (!pod.node.empty()) {
    report.object("node-network-" + pod.node + ".json",
                  {"nodenetworkstates.nmstate.io/" + pod.node});
  }
}

// What installs patchbay-cni on the nodes: its state on all of them, logs where it had to begin
// anew.
void gather_own(Report& report) {
  const Words here{"-n", kOwnNamespace};
  report.text("patchbay.txt", with({"get", "daemonsets,pods", "-o", "wide"}, here));
  report.object("patchbay-nads.json", with({kNads}, here));
  const auto pods = report.object("patchbay-pods.json", with({"pods"}, here));
  if (!pods) return;
  for (const GatheredPod& pod : pods_of(*pods)) {
    for (const std::string& container : pod.restarted) gather_log(report, pod, container, here);
  }
}

// By the VMI's UID: the label with the VM's name holds the guest's host name instead.
void gather_pods(Report& report, const std::string& vmi_uid) {
  const auto pods = report.object(
      "pods.json",
      with({"pods", "-l", "kubevirt.io/created-by=" + vmi_uid}, report.in_namespace()));
  if (!pods) return;
  for (const GatheredPod& pod : pods_of(*pods)) gather_pod(report, pod);
}

void gather(const Options& options) {
  Report report(options);
  const Words here = report.in_namespace();
  report.text("versions.txt", {"version"});
  report.object("kubevirt.json", {"kubevirts.kubevirt.io", "-A"});
  gather_own(report);
  const auto vm =
      report.object("vm.json", with({"virtualmachines.kubevirt.io/" + options.vm}, here));
  const auto vmi =
      report.object("vmi.json", with({"virtualmachineinstances.kubevirt.io/" + options.vm}, here));
  report.text(
      "events-vm.txt",
      with({"get", "events", "--field-selector", "involvedObject.name=" + options.vm}, here));
  if (const auto& source = vmi ? vmi : vm) {
    for (const NadName& nad : nads_of(*source, options.namespace_)) {
      report.object("nad-" + nad.namespace_ + "-" + nad.name + ".json",
                    with({kNads + ("/" + nad.name)},
                         nad.namespace_.empty() ? here : Words{"-n", nad.namespace_}));
    }
  }
  if (vmi) gather_pods(report, uid_of(*vmi));
  if (!vm && !vmi) {
    throw Error(
        Errc::kNotFound,
        "no VirtualMachine and no VirtualMachineInstance of this name could be read; is the "
        "namespace right (-n), may you read it? kubectl said " +
            in_quotes(report.refusal()),
        options.vm);
  }
  std::printf(
      "\n%s holds it all. userData is left out of it, networkData and logs are not:\n"
      "look it through before you send it.\n",
      printable(options.folder).c_str());
}

}  // namespace

void add_gather(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "gather", "collect what a bug report about a VM's networks needs, by kubectl");
  const auto options = std::make_shared<Options>();
  command->add_option("vm", options->vm, "the VM's name")->required();
  command->add_option("-n,--namespace", options->namespace_,
                      "its namespace; without it, kubectl's current one");
  command->add_option("-o,--output", options->folder, "the folder to make (default patchbay-VM)");
  command->add_option("--kubectl", options->kubectl, "the program to call")->capture_default_str();
  command->footer(
      "Example:\n  patchbay gather samplevm -n demo\n  tar czf report.tgz patchbay-samplevm");
  command->callback([options] {
    if (options->folder.empty()) options->folder = "patchbay-" + options->vm;
    gather(*options);
  });
}

}  // namespace patchbay::cli
