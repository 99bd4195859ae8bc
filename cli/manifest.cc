#include "cli/manifest.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/plan_input.h"
#include "cloudinit/yaml_json.h"
#include "plan/annotation.h"
#include "plan/json_reader.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;  // of JSON: a List of a whole cluster
constexpr int kMaxObjectDepth = 64;
constexpr const char* kDefaultNamespace = "default";

// One object of a file; `place` is for messages.
struct Object {
  Json json;
  std::string place;
};

std::vector<std::string> files_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code failure;
  if (path == "-" || !fs::is_directory(path, failure)) return {path};
  std::vector<std::string> files;
  for (auto entry = fs::directory_iterator(path, failure); !failure && entry != end(entry);
       entry.increment(failure)) {
    const std::string extension = entry->path().extension();
    if (extension == ".yaml" || extension == ".yml" || extension == ".json") {
      files.push_back(entry->path());
    }
  }
  if (failure) throw Error(Errc::kIo, "can't be read: " + failure.message(), path);
  if (files.empty()) {
    throw Error(Errc::kNotFound, "expected .yaml, .yml or .json files in it, found none", path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

void add_object(Json json, const std::string& place, std::vector<Object>& objects) {
  const JsonReader reader(json, place);
  if (!reader.is_object()) reader.refuse("a Kubernetes object");
  if (!reader.find("kind")) {
    throw Error(
        Errc::kInvalidInput,
        "expected a Kubernetes object with apiVersion and kind, found an object without kind",
        place);
  }
  if (!reader.at("kind").string().ends_with("List") || !reader.find("items")) {
    objects.push_back({std::move(json), place});
    return;
  }
  for (const JsonReader& item : reader.at("items").elements()) {
    add_object(item.raw(), item.path(), objects);
  }
}

void add_text(std::string_view text, const std::string& path, std::vector<Object>& objects) {
  const std::string name = path == "-" ? "stdin" : printable(path);
  if (const size_t start = text.find_first_not_of(" \t\r\n");
      start != std::string_view::npos && text[start] == '{') {
    return add_object(parse_json(text, name, kMaxFileBytes, kMaxObjectDepth), name, objects);
  }
  std::vector<std::string> documents;
  try {
    documents = cloudinit::json_documents(text);
  } catch (const Error& error) {
    throw Error(error.errc(), error.message(), name);
  }
  for (size_t i = 0; i < documents.size(); ++i) {
    const std::string place =
        documents.size() == 1 ? name : name + ", document " + std::to_string(i + 1);
    add_object(parse_json(documents[i], place, kMaxFileBytes, kMaxObjectDepth + 1), place, objects);
  }
}

bool is_kind(const JsonReader& object, std::string_view group, std::string_view kind) {
  return object.at("kind").string() == kind &&
         object.string_or_empty("apiVersion").starts_with(std::string(group) + "/");
}

bool is_vm(const JsonReader& object) { return is_kind(object, "kubevirt.io", "VirtualMachine"); }
bool is_vmi(const JsonReader& object) {
  return is_kind(object, "kubevirt.io", "VirtualMachineInstance");
}
bool is_nad(const JsonReader& object) {
  return is_kind(object, "k8s.cni.cncf.io", "NetworkAttachmentDefinition");
}

std::string name_of(const JsonReader& object, const std::string& otherwise) {
  const JsonReader metadata = object.at("metadata");
  const std::string own = metadata.string_or_empty("namespace");
  return (own.empty() ? otherwise : own) + "/" + metadata.at("name").string();
}

// Of a VM that runs its VMI says more: what a webhook added, the MACs of its status.
std::optional<JsonReader> find_vm(const std::vector<JsonReader>& objects, const std::string& wanted,
                                  std::vector<std::string>& names) {
  std::optional<JsonReader> found;
  for (const JsonReader& object : objects) {
    if (!is_vm(object) && !is_vmi(object)) continue;
    const std::string name = name_of(object, kDefaultNamespace);
    if (!wanted.empty() && name != wanted && !name.ends_with("/" + wanted)) continue;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    if (!found || is_vmi(object)) found = object;
  }
  return found;
}

JsonReader only_vm(const std::vector<JsonReader>& objects, const std::string& wanted) {
  std::vector<std::string> names;
  const auto vm = find_vm(objects, wanted, names);
  if (!vm) {
    if (!wanted.empty()) find_vm(objects, "", names);
    throw Error(Errc::kNotFound, "expected a VirtualMachine or VirtualMachineInstance" +
                                     (wanted.empty() ? "" : " named " + in_quotes(wanted)) +
                                     " (kubevirt.io) in the files, found " +
                                     (names.empty() ? "none" : printable(join(names))));
  }
  if (names.size() > 1) {
    throw Error(Errc::kInvalidInput,
                "the files have several VMs: " + printable(join(names)) + "; choose one with --vm");
  }
  return *vm;
}

// What KubeVirt copies from spec.preference for its own components; the guest's kind follows it.
void add_preference(const JsonReader& spec, Json& annotations) {
  const auto preference = spec.find("preference");
  if (!preference || preference->string_or_empty("name").empty()) return;
  const bool local = preference->string_or_empty("kind") == "VirtualMachinePreference";
  annotations[local ? "kubevirt.io/preference-name" : "kubevirt.io/cluster-preference-name"] =
      preference->at("name").string();
}

void add_default_network(Json& spec, const std::string& place) {
  if (!spec.is_object()) JsonReader(spec, place).refuse("an object");
  Json& domain = spec["domain"];
  if (!domain.is_object()) JsonReader(domain, place + ".domain").refuse("an object");
  Json& devices = domain["devices"];
  if (devices.is_null()) devices = Json::object();
  const JsonReader reader(devices, place + ".domain.devices");
  if (const auto automatic = reader.find("autoattachPodInterface");
      automatic && !automatic->boolean()) {
    return;
  }
  if (reader.find("interfaces") || JsonReader(spec, place).find("networks")) return;
  devices["interfaces"] = Json::array({{{"name", "default"}, {"bridge", Json::object()}}});
  spec["networks"] = Json::array({{{"name", "default"}, {"pod", Json::object()}}});
}

// KubeVirt writes a UUID into a VM without one, which stays in it; nobody knows yet which.
void add_firmware(Json& domain) {
  if (domain["firmware"].is_null()) domain["firmware"] = Json::object();
  if (domain["firmware"].is_object() && !domain["firmware"].contains("uuid")) {
    domain["firmware"]["uuid"] = "of the VirtualMachine";
  }
}

// setupVMIFromVM: the template's own metadata, with the VM's name and namespace.
Json vmi_of(const JsonReader& vm) {
  const JsonReader spec = vm.at("spec");
  const JsonReader instance = spec.at("template");
  Json metadata = Json::object();
  if (const auto own = instance.find("metadata"); own && own->is_object()) metadata = own->raw();
  metadata["name"] = vm.at("metadata").at("name").string();
  if (!metadata.contains("annotations") || metadata["annotations"].is_null()) {
    metadata["annotations"] = Json::object();
  }
  if (metadata["annotations"].is_object()) add_preference(spec, metadata["annotations"]);
  Json vmi{{"apiVersion", "kubevirt.io/v1"}, {"kind", "VirtualMachineInstance"}};
  vmi["metadata"] = std::move(metadata);
  vmi["spec"] = instance.at("spec").raw();
  add_default_network(vmi["spec"], instance.at("spec").path());
  add_firmware(vmi["spec"]["domain"]);
  return vmi;
}

// A common slip: KubeVirt gives the VMI the annotations of the template alone.
void judge_annotations(const JsonReader& vm, Diagnostics& diagnostics) {
  const auto annotations = vm.at("metadata").find("annotations");
  if (!annotations || !annotations->is_object()) return;
  for (const auto& [key, value] : annotations->members()) {
    if (!key.starts_with("patchbay.io/")) continue;
    diagnostics.push_back({Severity::kWarning, "", "VirtualMachine.metadata.annotations",
                           "annotation " + key +
                               " stands at the VirtualMachine, and KubeVirt gives the guest's pod "
                               "those of its template alone",
                           "write it into spec.template.metadata.annotations"});
  }
}

Nad nad_of(const JsonReader& object, const std::string& vm_namespace) {
  Nad nad{.name = name_of(object, vm_namespace)};
  if (const auto spec = object.find("spec")) nad.config = spec->string_or_empty("config");
  return nad;
}

std::vector<JsonReader> readers_of(const std::vector<Object>& objects) {
  std::vector<JsonReader> readers;
  readers.reserve(objects.size());
  for (const Object& object : objects) readers.emplace_back(object.json, object.place);
  return readers;
}

std::string vmi_text(const JsonReader& vm, const std::string& vm_namespace) {
  Json vmi = is_vm(vm) ? vmi_of(vm) : vm.raw();
  vmi["metadata"]["namespace"] = vm_namespace;
  vmi["metadata"].erase("managedFields");
  return vmi.dump();
}

std::string namespace_of(const JsonReader& vm) {
  const std::string name = name_of(vm, kDefaultNamespace);
  return name.substr(0, name.find('/'));
}

}  // namespace

std::string vmi_in(std::string_view text, const std::string& path) {
  std::vector<Object> objects;
  add_text(text, path, objects);
  const JsonReader vm = only_vm(readers_of(objects), "");
  return vmi_text(vm, namespace_of(vm));
}

Manifests read_manifests(const std::vector<std::string>& paths, const std::string& vm) {
  std::vector<Object> objects;
  for (const std::string& path : paths) {
    for (const std::string& file : files_of(path)) add_text(read_text(file), file, objects);
  }
  const std::vector<JsonReader> readers = readers_of(objects);
  const JsonReader chosen = only_vm(readers, vm);
  Manifests manifests;
  if (is_vm(chosen)) judge_annotations(chosen, manifests.diagnostics);
  const std::string vm_namespace = namespace_of(chosen);
  manifests.vmi = vmi_text(chosen, vm_namespace);
  for (const JsonReader& object : readers) {
    if (is_nad(object)) {
      manifests.nads.push_back(nad_of(object, vm_namespace));
    } else if (!is_vm(object) && !is_vmi(object)) {
      manifests.diagnostics.push_back({Severity::kNote, "", object.path(),
                                       object.at("kind").string() + " is nothing that is rendered",
                                       ""});
    }
  }
  return manifests;
}

}  // namespace patchbay::cli
