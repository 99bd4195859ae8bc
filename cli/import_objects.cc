#include "cli/import_objects.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cli/dns_label.h"
#include "plan/annotation_text.h"
#include "plan/bindings.h"
#include "plan/guest.h"
#include "plan/nad_options.h"
#include "plan/vlan_range.h"

namespace patchbay::cli {
namespace {

constexpr char kCloudInitVolume[] = "cloudinitdisk";
constexpr char kWindows[] = "windows";

Json metadata(const std::string& name_space, const std::string& name) {
  return {{"name", name}, {"namespace", name_space}};
}

Json interface_of(const NicPlan& nic) {
  Json json = {{"name", nic.network}};
  if (nic.binding.empty()) {
    json["masquerade"] = Json::object();
  } else if (nic.binding == kSriovBinding) {
    json["sriov"] = Json::object();
  } else {
    json["binding"] = {{"name", nic.binding}};
  }
  if (nic.mac) json["macAddress"] = nic.mac->to_string();
  if (!nic.model.empty()) json["model"] = nic.model;
  if (nic.link_down) json["state"] = "down";
  return json;
}

Json network_of(const NicPlan& nic, const VmPlan& vm) {
  if (nic.target.kind == Target::Kind::kPod)
    return {{"name", nic.network}, {"pod", Json::object()}};
  const bool same = nic.target.name_space == vm.name_space;
  const std::string nad = same ? nic.target.nad : nic.target.name_space + "/" + nic.target.nad;
  return {{"name", nic.network}, {"multus", {{"networkName", nad}}}};
}

template <typename Make>
Json each(const VmPlan& vm, const Make& make) {
  Json list = Json::array();
  for (const NicPlan& nic : vm.nics) list.push_back(make(nic));
  return list;
}

Json interfaces_of(const VmPlan& vm) {
  return each(vm, [](const NicPlan& nic) { return interface_of(nic); });
}

Json networks_of(const VmPlan& vm) {
  return each(vm, [&](const NicPlan& nic) { return network_of(nic, vm); });
}

// KubeVirt gives a VM without interfaces one on the pod network.
void keep_off_the_pod_network(const VmPlan& vm, Json& devices) {
  if (vm.nics.empty()) devices["autoattachPodInterface"] = false;
}

std::string annotation_of(const VmPlan& vm) {
  std::map<std::string, NetworkWishes> wishes;
  for (const NicPlan& nic : vm.nics) {
    if (nic.wishes) wishes.emplace(nic.network, *nic.wishes);
  }
  return networks_annotation(wishes);
}

bool is_told_by_cloud_init(const VmPlan& vm) {
  return std::any_of(vm.nics.begin(), vm.nics.end(),
                     [](const NicPlan& nic) { return nic.binding == kCloudInitBinding; });
}

// A CD on SATA: every guest has the driver. cloudbase-init looks for a ConfigDrive first.
Json cloud_init_disk() { return {{"name", kCloudInitVolume}, {"cdrom", {{"bus", "sata"}}}}; }

Json cloud_init_volume(const Vm& source) {
  const bool windows = source.guest == kWindows;
  return {
      {"name", kCloudInitVolume},
      {windows ? "cloudInitConfigDrive" : "cloudInitNoCloud", {{"userData", "#cloud-config\n"}}}};
}

Json annotations_of(const VmPlan& vm, const Vm& source) {
  Json annotations = Json::object();
  if (source.guest == kWindows) annotations[std::string(kGuestAnnotation)] = kWindows;
  const std::string networks = annotation_of(vm);
  if (!networks.empty()) annotations[std::string(kNetworksAnnotation)] = networks;
  return annotations;
}

// SecureBoot is KubeVirt's default, needs a feature that is off by default, and is not known here.
Json domain_of(const VmPlan& vm, const Vm& source) {
  Json domain = Json::object();
  if (source.sockets != 0) {
    domain["cpu"] = {{"sockets", source.sockets}, {"cores", source.cores}};
  }
  if (source.firmware == "efi") {
    domain["firmware"] = {{"bootloader", {{"efi", {{"secureBoot", false}}}}}};
  }
  if (source.memory_mib != 0) {
    domain["memory"] = {{"guest", std::to_string(source.memory_mib) + "Mi"}};
  }
  Json devices = Json::object();
  keep_off_the_pod_network(vm, devices);
  if (is_told_by_cloud_init(vm)) devices["disks"].push_back(cloud_init_disk());
  devices["interfaces"] = interfaces_of(vm);
  domain["devices"] = std::move(devices);
  return domain;
}

Json object(const char* api_version, const char* kind, Json object_metadata, Json spec) {
  return {{"apiVersion", api_version},
          {"kind", kind},
          {"metadata", std::move(object_metadata)},
          {"spec", std::move(spec)}};
}

Json add(const char* path, Json value) {
  return {{"op", "add"}, {"path", path}, {"value", std::move(value)}};
}

Json bridge_interface(const BridgePlan& bridge) {
  const Json every_vlan = {{"id-range", {{"min", 2}, {"max", kMaxVlanId}}}};
  const Json port = {{"name", bridge.port},
                     {"vlan", {{"mode", "trunk"}, {"trunk-tags", Json::array({every_vlan})}}}};
  return {
      {"name", bridge.bridge},
      {"type", "linux-bridge"},
      {"state", "up"},
      {"ipv4", {{"enabled", false}}},
      {"ipv6", {{"enabled", false}}},
      {"bridge", {{"options", {{"stp", {{"enabled", false}}}}}, {"port", Json::array({port})}}}};
}

}  // namespace

Json virtual_machine(const VmPlan& vm, const Vm& source) {
  Json vmi = Json::object();
  if (Json annotations = annotations_of(vm, source); !annotations.empty()) {
    vmi["metadata"] = {{"annotations", std::move(annotations)}};
  }
  Json spec = {{"domain", domain_of(vm, source)}, {"networks", networks_of(vm)}};
  if (is_told_by_cloud_init(vm)) spec["volumes"].push_back(cloud_init_volume(source));
  vmi["spec"] = std::move(spec);
  return object("kubevirt.io/v1", "VirtualMachine", metadata(vm.name_space, vm.name),
                {{"runStrategy", "Halted"}, {"template", std::move(vmi)}});
}

std::vector<Patch> patches_of(const VmPlan& vm, const Vm& source) {
  std::vector<Patch> patches;
  if (is_told_by_cloud_init(vm)) {
    patches.push_back(
        {"json",
         Json::array({add("/spec/template/spec/volumes/-", cloud_init_volume(source)),
                      add("/spec/template/spec/domain/devices/disks/-", cloud_init_disk())})});
  }
  Json annotations = annotations_of(vm, source);
  // RFC 7386: null takes away what an earlier import wrote.
  annotations.emplace(std::string(kNetworksAnnotation), nullptr);
  Json devices = Json::object();
  keep_off_the_pod_network(vm, devices);
  devices["interfaces"] = interfaces_of(vm);
  Json spec = {{"domain", {{"devices", std::move(devices)}}}, {"networks", networks_of(vm)}};
  Json vmi = {{"metadata", {{"annotations", std::move(annotations)}}}, {"spec", std::move(spec)}};
  patches.push_back({"merge", {{"spec", {{"template", std::move(vmi)}}}}});
  return patches;
}

Json network_attachment_definition(const NadPlan& nad, std::string_view plugin) {
  Json config = {
      {"cniVersion", "1.0.0"}, {"name", nad.name}, {"type", plugin}, {"bridge", nad.bridge}};
  if (nad.vlan) config["vlan"] = *nad.vlan;
  config["macspoofchk"] = true;
  config["ipam"] = Json::object();
  if (nad.responder) config[kNadOptionsKey] = {{"responder", true}};
  Json named = metadata(nad.name_space, nad.name);
  if (plugin == kCnvBridge) {
    named["annotations"] = {
        {"k8s.v1.cni.cncf.io/resourceName", "bridge.network.kubevirt.io/" + nad.bridge}};
  }
  return object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", std::move(named),
                {{"config", config.dump(2) + "\n"}});
}

std::vector<Json> node_policies(const std::vector<BridgePlan>& bridges) {
  std::vector<Json> policies;
  std::set<std::string> names;
  for (const BridgePlan& bridge : bridges) {
    const std::string name = free_label(dns_label(bridge.bridge + "-" + bridge.port), names);
    policies.push_back(
        object("nmstate.io/v1", "NodeNetworkConfigurationPolicy", {{"name", name}},
               {{"nodeSelector", {{"external-network", "true"}}},
                {"desiredState", {{"interfaces", Json::array({bridge_interface(bridge)})}}}}));
  }
  return policies;
}

}  // namespace patchbay::cli
