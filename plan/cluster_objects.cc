#include "plan/cluster_objects.h"

#include <algorithm>

#include "plan/json_reader.h"

namespace patchbay {
namespace {

constexpr size_t kMaxListBytes = size_t{64} << 20;
constexpr std::string_view kSidecarPrefix = "hook-sidecar-";
constexpr std::string_view kPluginContainer = "patchbay-plugin";
constexpr std::string_view kCloudConfig = "#cloud-config";

std::string removed(const std::string& text) {
  const bool is_cloud_config = text.substr(0, text.find('\n')) == kCloudConfig;
  return (is_cloud_config ? std::string(kCloudConfig) + "\n" : std::string()) + "(" +
         std::to_string(text.size()) + " bytes left out)";
}

void remove_secrets(Json& value) {
  if (value.is_object()) {
    value.erase("managedFields");
    value.erase("kubectl.kubernetes.io/last-applied-configuration");
  }
  for (auto member = value.begin(); member != value.end(); ++member) {
    const bool is_user_data =
        value.is_object() && (member.key() == "userData" || member.key() == "userDataBase64");
    if (is_user_data && member->is_string()) {
      *member = removed(member->get_ref<const std::string&>());
    } else if (member->is_structured()) {
      remove_secrets(*member);
    }
  }
}

std::vector<JsonReader> elements_of(const JsonReader& object, const char* name) {
  const auto list = object.find(name);
  return list ? list->elements() : std::vector<JsonReader>();
}

std::vector<std::string> restarted_containers(const JsonReader& status) {
  std::vector<std::string> names;
  for (const char* kind : {"containerStatuses", "initContainerStatuses"}) {
    for (const JsonReader& container : elements_of(status, kind)) {
      if (container.find_u32("restartCount").value_or(0) == 0) continue;
      names.push_back(container.at("name").string());
    }
  }
  return names;
}

}  // namespace

std::vector<GatheredPod> pods_of(std::string_view pod_list_json) {
  const Json json = parse_json(pod_list_json, "list of Pods", kMaxListBytes);
  std::vector<GatheredPod> pods;
  for (const JsonReader& item : JsonReader(json, "PodList").at("items").elements()) {
    const JsonReader spec = item.at("spec");
    GatheredPod pod{.name = item.at("metadata").at("name").string()};
    if (const auto node = spec.find("nodeName")) pod.node = node->string();
    for (const char* kind : {"containers", "initContainers"}) {
      for (const JsonReader& container : elements_of(spec, kind)) {
        std::string name = container.at("name").string();
        const bool answers = name.starts_with(kSidecarPrefix) || name == kPluginContainer;
        if (answers) pod.sidecars.push_back(std::move(name));
      }
    }
    if (const auto status = item.find("status")) pod.restarted = restarted_containers(*status);
    pods.push_back(std::move(pod));
  }
  return pods;
}

std::string uid_of(std::string_view object_json) {
  const Json json = parse_json(object_json, "object that kubectl printed", kMaxListBytes);
  return JsonReader(json, "").at("metadata").at("uid").string();
}

std::vector<NadName> nads_of(std::string_view vm_or_vmi_json, std::string_view namespace_) {
  const Json json = parse_json(vm_or_vmi_json, "VirtualMachine or VirtualMachineInstance");
  JsonReader spec = JsonReader(json, "").at("spec");
  if (const auto template_ = spec.find("template")) spec = template_->at("spec");
  std::vector<NadName> nads;
  const auto networks = spec.find("networks");
  if (!networks) return nads;
  for (const JsonReader& network : networks->elements()) {
    const auto multus = network.find("multus");
    if (!multus) continue;
    const std::string name = multus->at("networkName").string();
    const size_t slash = name.find('/');
    NadName nad = slash == std::string::npos
                      ? NadName{std::string(namespace_), name}
                      : NadName{name.substr(0, slash), name.substr(slash + 1)};
    if (std::find(nads.begin(), nads.end(), nad) == nads.end()) nads.push_back(std::move(nad));
  }
  return nads;
}

std::string without_secrets(std::string_view object_json) {
  Json json = parse_json(object_json, "object that kubectl printed", kMaxListBytes);
  remove_secrets(json);
  return json.dump(2) + "\n";
}

}  // namespace patchbay
