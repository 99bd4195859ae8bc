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

// Names in files' names come from what users wrote.
std::string file_name(std::string name) {
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
    if (std::filesystem::exists(folder_)) {
      throw Error(Errc::kConflict, "is there already; name another folder with --output",
                  folder_.string());
    }
    std::filesystem::create_directories(folder_);
  }

  // The text of an object as JSON, or nothing; in the file it is without secrets.
  std::optional<std::string> object(const std::string& file, const Words& what) {
    return call(file, with(with({"get"}, what), {"-o", "json"}),
                [](const std::string& text) { return without_secrets(text); });
  }

  void text(const std::string& file, const Words& arguments) {
    call(file, arguments, [](const std::string& text) { return text; });
  }

  const Words& in_namespace() const { return in_namespace_; }

 private:
  template <typename Shown>
  std::optional<std::string> call(const std::string& file, const Words& arguments, Shown shown) {
    const Finished finished = run_program(with({kubectl_}, arguments), kLimit);
    std::string failure;
    std::string text;
    if (finished.status != 0) {
      failure = finished.out + finished.errors + "(kubectl ended with " +
                std::to_string(finished.status) + ")\n";
    } else {
      try {
        text = shown(finished.out);
      } catch (const Error& error) {  // of what can't be read nothing is shown: it may hold secrets
        failure = std::string(error.what()) + "\n";
      }
    }
    write(file, failure.empty() ? text : failure);
    std::printf("%-7s %s\n", failure.empty() ? "ok" : "failed", file_name(file).c_str());
    return failure.empty() ? std::optional(finished.out) : std::nullopt;
  }

  void write(const std::string& file, const std::string& text) {
    const std::filesystem::path path = folder_ / file_name(file);
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw Error(Errc::kIo, "can't be written", path.string());
  }

  std::string kubectl_;
  std::filesystem::path folder_;
  Words in_namespace_;
};

void gather_pod(Report& report, const LauncherPod& pod) {
  const Words here = report.in_namespace();
  report.text("events-" + pod.name + ".txt",
              with({"get", "events", "--field-selector", "involvedObject.name=" + pod.name}, here));
  for (const std::string& sidecar : with(pod.sidecars, {"compute"})) {
    report.text("log-" + pod.name + "-" + sidecar + ".txt",
                with({"logs", pod.name, "-c", sidecar, "--timestamps"}, here));
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

void gather(const Options& options) {
  Report report(options);
  const Words here = report.in_namespace();
  report.text("versions.txt", {"version"});
  report.object("kubevirt.json", {"kubevirts.kubevirt.io", "-A"});
  report.text("patchbay.txt", {"get", "daemonsets,pods", "-n", kOwnNamespace, "-o", "wide"});
  report.object("patchbay-nads.json", {kNads, "-n", kOwnNamespace});
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
  const auto pods =
      report.object("pods.json", with({"pods", "-l", "vm.kubevirt.io/name=" + options.vm}, here));
  if (pods) {
    for (const LauncherPod& pod : launcher_pods(*pods)) gather_pod(report, pod);
  }
  std::printf(
      "\n%s holds it all. userData is left out of it, networkData and logs are not:\n"
      "look it through before you send it.\n",
      printable(options.folder).c_str());
  if (!vm && !vmi) {
    throw Error(Errc::kNotFound,
                "no VirtualMachine and no VirtualMachineInstance of this name "
                "could be read; is the namespace right (-n), may you read it?",
                options.vm);
  }
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
