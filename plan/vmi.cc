#include "plan/vmi.h"

#include <algorithm>
#include <array>
#include <set>

#include "plan/annotation.h"
#include "plan/json_reader.h"

namespace patchbay {
namespace {

// The core bindings of v1.5 to v1.9 (core/v1, `InterfaceBindingMethod`), among them those that
// newer versions no longer take.
constexpr std::array<std::string_view, 6> kCoreBindings{"bridge",  "masquerade", "sriov",
                                                        "macvtap", "passt",      "slirp"};
// pkg/virt-launcher/virtwrap/converter, MultiQueueMaxQueues.
constexpr uint32_t kMaxQueues = 256;
constexpr uint32_t kMaxBootOrder = 1024;

VmiInterface read_interface(const JsonReader& reader) {
  VmiInterface interface;
  interface.name = reader.at("name").string();
  if (const auto plugin = reader.find("binding")) {
    interface.binding = "binding";
    interface.plugin = plugin->at("name").string();
  } else {
    for (const std::string_view core : kCoreBindings) {
      if (reader.find(core)) interface.binding = core;
    }
  }
  if (const auto mac = reader.find("macAddress"); mac && !mac->string().empty()) {
    interface.mac = mac->checked<Mac>();
  }
  interface.model = reader.string_or_empty("model");
  if (const auto order = reader.find("bootOrder")) {
    interface.boot_order = static_cast<uint32_t>(order->number(1, kMaxBootOrder));
  }
  if (const auto index = reader.find("acpiIndex"); index && index->u32() != 0) {
    interface.acpi_index = index->u32();
  }
  if (const auto pci = reader.find("pciAddress"); pci && !pci->string().empty()) {
    interface.pci_address = pci->checked<PciAddress>();
  }
  interface.state = reader.string_or_empty("state");
  return interface;
}

VmiNetwork read_network(const JsonReader& reader, const std::string& vmi_namespace) {
  VmiNetwork network;
  network.name = reader.at("name").string();
  if (const auto multus = reader.find("multus")) {
    const std::string nad = multus->at("networkName").string();
    network.nad = nad.find('/') == std::string::npos ? vmi_namespace + "/" + nad : nad;
    // A Multus network with `default: true` stands in for the pod network, names included.
    network.pod = multus->true_at("default");
  } else {
    network.pod = true;
  }
  return network;
}

uint32_t vcpus_of(const JsonReader& domain) {
  // KubeVirt's webhook always writes the topology; CalculateRequestedVCPUs multiplies it.
  uint64_t vcpus = 1;
  if (const auto cpu = domain.find("cpu")) {
    for (const std::string_view part : {"sockets", "cores", "threads"}) {
      const uint64_t count = cpu->find_u32(part).value_or(1);
      vcpus = std::min<uint64_t>(vcpus * std::max<uint64_t>(count, 1), kMaxQueues);
    }
  }
  return static_cast<uint32_t>(vcpus);
}

CloudInitVolume cloud_init_of(const JsonReader& spec) {
  if (const auto volumes = spec.find("volumes")) {
    for (const JsonReader& volume : volumes->elements()) {
      if (volume.find("cloudInitNoCloud")) return CloudInitVolume::kNoCloud;
      if (volume.find("cloudInitConfigDrive")) return CloudInitVolume::kConfigDrive;
    }
  }
  return CloudInitVolume::kNone;
}

// KubeVirt's SanitizeHostname (pkg/network/dns): the name's first label, cut to what DNS allows.
std::string hostname_of(const JsonReader& spec, const std::string& name) {
  constexpr size_t kMaxLabel = 63;
  const std::string asked = spec.string_or_empty("hostname");
  return asked.empty() ? name.substr(0, std::min(name.find('.'), kMaxLabel)) : asked;
}

// Where KubeVirt's common templates, their labels and instance types name the operating system.
constexpr std::array<std::string_view, 4> kSystemKeys{"vm.kubevirt.io/os", "kubevirt.io/os",
                                                      "kubevirt.io/preference-name",
                                                      "kubevirt.io/cluster-preference-name"};
constexpr std::string_view kSystemLabel = "os.template.kubevirt.io/";  // + its name: "true"

void read_systems(const JsonReader& metadata, std::string_view key, GuestHints& hints) {
  const auto texts = metadata.find(key);
  if (!texts) return;
  for (const auto& [name, value] : texts->members()) {
    if (std::find(kSystemKeys.begin(), kSystemKeys.end(), name) != kSystemKeys.end()) {
      hints.systems.push_back(value.string());
    } else if (name.starts_with(kSystemLabel)) {
      hints.systems.push_back(name.substr(kSystemLabel.size()));
    }
  }
}

void read_domain(const JsonReader& domain, Vmi& vmi) {
  if (const auto firmware = domain.find("firmware")) {
    vmi.firmware_uuid = firmware->string_or_empty("uuid");
  }
  vmi.vcpus = vcpus_of(domain);
  vmi.launch_security = domain.find("launchSecurity").has_value();
  const auto devices = domain.find("devices");
  if (!devices) return;
  vmi.multiqueue = devices->true_at("networkInterfaceMultiqueue");
  vmi.virtio_transitional = devices->true_at("useVirtioTransitional");
  if (const auto interfaces = devices->find("interfaces")) {
    for (const JsonReader& each : interfaces->elements()) {
      vmi.interfaces.push_back(read_interface(each));
    }
  }
}

void read_status(const JsonReader& status, Vmi& vmi) {
  const auto interfaces = status.find("interfaces");
  if (!interfaces) return;
  for (const JsonReader& each : interfaces->elements()) {
    const std::string name = each.string_or_empty("name");
    const auto interface = std::find_if(vmi.interfaces.begin(), vmi.interfaces.end(),
                                        [&](const VmiInterface& i) { return i.name == name; });
    if (interface == vmi.interfaces.end()) continue;
    if (!each.string_or_empty("mac").empty()) {
      interface->guest_mac = each.at("mac").checked<Mac>();
    }
    if (const auto addresses = each.find("ipAddresses")) {
      for (const JsonReader& address : addresses->elements()) {
        interface->guest_addresses.push_back(address.checked<IpAddress>());
      }
    }
  }
}

template <typename Item>
void refuse_twice(const std::vector<Item>& items, std::string_view path) {
  std::set<std::string> names;
  for (const Item& item : items) {
    if (!names.insert(item.name).second) {
      throw Error(Errc::kInvalidInput, "has the name " + in_quotes(item.name) + " twice",
                  std::string(path));
    }
  }
}

}  // namespace

const VmiNetwork* find_network(const Vmi& vmi, std::string_view name) {
  const auto network = std::find_if(vmi.networks.begin(), vmi.networks.end(),
                                    [name](const VmiNetwork& n) { return n.name == name; });
  return network == vmi.networks.end() ? nullptr : &*network;
}

Vmi parse_vmi(std::string_view json) {
  const Json parsed = parse_json(json, "VMI");
  const JsonReader reader(parsed, "VMI");
  Vmi vmi;
  const JsonReader metadata = reader.at("metadata");
  vmi.name = metadata.string_or_empty("name");
  vmi.namespace_ = metadata.string_or_empty("namespace");
  if (const auto annotations = metadata.find("annotations")) {
    vmi.networks_annotation = annotations->string_or_empty(kNetworksAnnotation);
    vmi.guest.annotation = annotations->string_or_empty(kGuestAnnotation);
    vmi.guest.apply = annotations->string_or_empty(kApplyAnnotation);
  }
  read_systems(metadata, "annotations", vmi.guest);
  read_systems(metadata, "labels", vmi.guest);
  const JsonReader spec = reader.at("spec");
  vmi.architecture = spec.string_or_empty("architecture");
  vmi.hostname = hostname_of(spec, vmi.name);
  vmi.live_migrates = spec.string_or_empty("evictionStrategy").starts_with("LiveMigrate");
  vmi.cloud_init = cloud_init_of(spec);
  read_domain(spec.at("domain"), vmi);
  if (const auto status = reader.find("status")) read_status(*status, vmi);
  if (const auto networks = spec.find("networks")) {
    for (const JsonReader& each : networks->elements()) {
      vmi.networks.push_back(read_network(each, vmi.namespace_));
    }
  }
  refuse_twice(vmi.interfaces, "VMI.spec.domain.devices.interfaces");
  refuse_twice(vmi.networks, "VMI.spec.networks");
  for (const VmiInterface& interface : vmi.interfaces) {
    if (find_network(vmi, interface.name) == nullptr) {
      throw Error(Errc::kInvalidInput,
                  "the interface " + in_quotes(interface.name) + " has no network of that name",
                  "VMI.spec.domain.devices.interfaces");
    }
  }
  return vmi;
}

std::string name_of_vmi(std::string_view json) {
  try {
    const Json parsed = parse_json(json, "VMI");
    const JsonReader metadata = JsonReader(parsed, "VMI").at("metadata");
    return metadata.at("namespace").string() + "/" + metadata.at("name").string();
  } catch (const Error&) {
    return {};
  }
}

}  // namespace patchbay
