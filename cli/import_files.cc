#include "cli/import_files.h"

#include <map>
#include <utility>

#include "cli/import_objects.h"
#include "cli/yaml_text.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

// Of one line; what sources call things is in it.
std::string comment(const std::string& text) { return "# " + printable(text) + "\n"; }

struct Document {
  std::string path;
  std::string comment;
  Json json;

  std::string text() const { return comment + yaml_text(json.dump()); }
};

std::string path_of(const std::string& folder, const std::string& name_space,
                    const std::string& name) {
  return folder + "/" + name_space + "/" + name + ".yaml";
}

std::string vlans_of(const BridgePlan& bridge) {
  std::vector<std::string> parts;
  for (const uint16_t vlan : bridge.vlans) parts.push_back("VLAN " + std::to_string(vlan));
  if (bridge.untagged) parts.emplace_back("untagged frames");
  return join(parts);
}

void add_bridges(const ImportPlan& plan, std::vector<Document>& documents) {
  const std::vector<Json> policies = node_policies(plan.bridges);
  for (size_t i = 0; i < policies.size(); ++i) {
    const BridgePlan& bridge = plan.bridges[i];
    documents.push_back(
        {"bridges/" + policies[i]["metadata"]["name"].get<std::string>() + ".yaml",
         comment("Bridge " + bridge.bridge + " on the nodes' " + bridge.port +
                 ", which has to be free for it; used here: " + vlans_of(bridge) + ".") +
             comment("On nodes labelled so: kubectl label node NODE external-network=true"),
         policies[i]});
  }
}

void add_networks(const ImportPlan& plan, std::string_view plugin,
                  std::vector<Document>& documents) {
  for (const NadPlan& nad : plan.nads) {
    // A VMX has no names of distributed portgroups.
    const std::string was = nad.sources.empty() ? "" : ", for what was on " + join(nad.sources);
    documents.push_back({path_of("networks", nad.name_space, nad.name),
                         comment((nad.vlan ? "VLAN " + std::to_string(*nad.vlan) : "Untagged") +
                                 " on " + nad.bridge + was + "."),
                         network_attachment_definition(nad, plugin)});
  }
}

std::string missing_in(const Vm& source) {
  return source.memory_mib != 0 ? "its disks" : "its disks, and its memory, which no source says";
}

void add_vms(const Inventory& inventory, const ImportPlan& plan, std::vector<Document>& documents) {
  for (const VmPlan& vm : plan.vms) {
    const Vm& source = inventory.vms.at(vm.source_name);
    documents.push_back(
        {path_of("vms", vm.name_space, vm.name),
         comment("Was " + vm.source_name + ". Yours to add: " + missing_in(source) + "."),
         virtual_machine(vm, source)});
  }
}

std::vector<Document> documents_of(const Inventory& inventory, const ImportPlan& plan,
                                   const ImportForm& form) {
  std::vector<Document> documents;
  add_bridges(plan, documents);
  add_networks(plan, form.bridge_plugin, documents);
  if (!form.patch) add_vms(inventory, plan, documents);
  return documents;
}

// The same for every VM that needs it, so that one file does.
std::string volume_patch_path(const Vm& source) {
  return source.guest == "windows" ? "patches/cloud-init-windows.yaml" : "patches/cloud-init.yaml";
}

std::string patch_command(const VmPlan& vm, const Patch& patch, const std::string& path) {
  return "kubectl patch vm " + vm.name + " -n " + vm.name_space + " --type " +
         std::string(patch.type) + " --patch-file " + path;
}

// A cloud-init volume is added where there is none, so that the script can be run again.
constexpr char kPatchScript[] = R"sh(#!/bin/sh
# Gives the VMs that are there already their networks; each has them when it next starts.
set -e
cd "$(dirname "$0")"
has_cloud_init() {
  kubectl get vm "$1" -n "$2" -o jsonpath='{.spec.template.spec.volumes[*].cloudInitNoCloud}'\
'{.spec.template.spec.volumes[*].cloudInitConfigDrive}' | grep -q .
}
)sh";

// A VM's name and namespace are DNS labels, so that a shell takes them as they are.
void add_patches(const Inventory& inventory, const ImportPlan& plan,
                 std::vector<OutputFile>& files) {
  std::string script = kPatchScript;
  std::map<std::string, std::string> shared;
  for (const VmPlan& vm : plan.vms) {
    const Vm& source = inventory.vms.at(vm.source_name);
    std::string head = comment("Was " + vm.source_name + ".");
    for (const Patch& patch : patches_of(vm, source)) {
      const bool volume = patch.type == "json";
      const std::string path =
          volume ? volume_patch_path(source) : path_of("patches", vm.name_space, vm.name);
      const std::string command = patch_command(vm, patch, path);
      if (volume) script += "has_cloud_init " + vm.name + " " + vm.name_space + " || ";
      script += command + "\n";
      head += comment(command);
      const std::string yaml = yaml_text(patch.json.dump());
      if (volume) {
        shared[path] = comment("The cloud-init volume that tells a guest its addresses.") + yaml;
      } else {
        files.push_back({path, head + yaml});
      }
    }
  }
  for (auto& [path, text] : shared) files.push_back({path, std::move(text)});
  if (!plan.vms.empty()) files.push_back({"patch.sh", std::move(script)});
}

}  // namespace

std::string stream_of(const Inventory& inventory, const ImportPlan& plan, const ImportForm& form) {
  std::string stream;
  for (const Document& document : documents_of(inventory, plan, form)) {
    stream += "---\n" + document.text();
  }
  return stream;
}

std::vector<OutputFile> files_of(const Inventory& inventory, const ImportPlan& plan,
                                 const ImportForm& form) {
  std::vector<OutputFile> files;
  for (const Document& document : documents_of(inventory, plan, form)) {
    files.push_back({document.path, document.text()});
  }
  if (form.patch) add_patches(inventory, plan, files);
  return files;
}

}  // namespace patchbay::cli
