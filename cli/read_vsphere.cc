// VMs as vSphere's API describes them: `govc vm.info -json`, `govc device.info -json`, one VM of
// `govc ls -json` or `object.collect -json`, and its config.hardware (VirtualHardware) or guest
// (GuestInfo) alone, with or without type names. The latter and device.info name no VM.
#include <array>
#include <utility>

#include "cli/read_json.h"

namespace patchbay::cli {
namespace {

using Strings = std::array<std::string_view, 2>;

// VirtualEthernetCard's descendants.
constexpr Strings kAdapters[] = {
    {"VirtualVmxnet3", "vmxnet3"}, {"VirtualVmxnet3Vrdma", "vmxnet3vrdma"},
    {"VirtualVmxnet2", "vmxnet2"}, {"VirtualVmxnet", "vmxnet"},
    {"VirtualE1000e", "e1000e"},   {"VirtualE1000", "e1000"},
    {"VirtualPCNet32", "pcnet32"}, {"VirtualSriovEthernetCard", "sriov"},
};

// Untagged JSON tells only SR-IOV from the rest.
std::string adapter_of(const JsonReader& device) {
  std::string type = device.string_or_empty("_typeName");
  if (type.empty()) type = device.string_or_empty("type");
  for (const auto& [api, adapter] : kAdapters) {
    if (type == api) return std::string(adapter);
  }
  return device.find("sriovBacking") ? "sriov" : "";
}

// VirtualEthernetCard*BackingInfo by its shape.
Network network_of(const JsonReader& device) {
  Network network;
  const auto backing = device.find("backing");
  if (!backing) return network;
  if (const auto port = backing->find("port")) {
    network.kind = "DistributedVirtualPortgroup";
    network.key = port->string_or_empty("portgroupKey");
    network.owner_uuid = normal_uuid(port->string_or_empty("switchUuid"));
  } else if (backing->find("opaqueNetworkId")) {
    network.kind = "OpaqueNetwork";
    network.key = backing->string_or_empty("opaqueNetworkId");
  } else if (backing->find("deviceName")) {
    network.kind = "Network";
    network.key = deep_string(*backing, {"network", "value"});
    network.name = backing->string_or_empty("deviceName");
  }
  return network;
}

// Ethernet cards only: no other device has a MAC.
std::vector<Nic> read_nics(const std::vector<JsonReader>& devices) {
  std::vector<Nic> nics;
  for (const JsonReader& device : devices) {
    const auto mac = device.find("macAddress");
    if (!mac) continue;
    Nic& nic = nics.emplace_back();
    if (const auto key = device.find("key")) nic.device_key = integer(*key);
    nic.mac_as_configured = mac->string();
    if (!nic.mac_as_configured.empty()) nic.mac = mac->checked<Mac>();
    nic.adapter = adapter_of(device);
    nic.network = network_of(device);
    const auto connected = deep(device, {"connectable", "startConnected"});
    nic.start_connected = !connected || connected->boolean();
    if (const auto slot = deep(device, {"slotInfo", "pciSlotNumber"})) {
      const int64_t number = integer(*slot);
      if (number >= 0 && number <= UINT32_MAX) nic.pci_slot = static_cast<uint32_t>(number);
    }
  }
  return nics;
}

// VirtualHardware: numCPU counts the cores of all sockets; numCoresPerSocket is 0 where vSphere
// chooses.
void read_hardware(const JsonReader& hardware, VmReading& vm) {
  vm.nics = read_nics(list(hardware, "device"));
  vm.memory_mib = count_at(hardware, "memoryMB");
  set_processors(vm, count_at(hardware, "numCPU"), count_at(hardware, "numCoresPerSocket"));
}

// GuestInfo.guestFamily says it best, guestId where tools never ran.
std::string guest_kind(const JsonReader& vm) {
  const std::string family = deep_string(vm, {"guest", "guestFamily"});
  if (family == "linuxGuest") return "linux";
  if (family == "windowsGuest") return "windows";
  return guest_of(deep_string(vm, {"config", "guestId"}));
}

VmReading& add_vm(Reading& reading) {
  VmReading& vm = reading.vms.emplace_back();
  vm.source = reading.source;
  return vm;
}

bool is_vm(const JsonReader& object) {
  return object.string_or_empty("_typeName") == "VirtualMachine" ||
         (object.find("config") && object.find("runtime"));
}

void read_elements(const JsonReader& document, Reading& reading) {
  for (const JsonReader& element : document.at("elements").elements()) {
    const JsonReader object = element.at("object");
    const std::string type = deep_string(object, {"self", "type"});
    if (type == "VirtualMachine") read_vm_object(object, reading);
    read_network_object(type, deep_string(object, {"self", "value"}), object, reading);
  }
}

// ObjectUpdate of the property collector: an object with the properties that were asked for.
void read_update(const JsonReader& document, Reading& reading) {
  const JsonReader self = document.at("obj");
  Json object = {{"self", self.raw()}};
  for (const JsonReader& change : list(document, "changeSet")) {
    const auto value = change.find("val");
    if (value) object[change.at("name").string()] = value->raw();
  }
  const JsonReader reader(object, document.path());
  const std::string type = self.at("type").string();
  if (type == "VirtualMachine") read_vm_object(reader, reading);
  read_network_object(type, self.at("value").string(), reader, reading);
}

}  // namespace

void read_vm_object(const JsonReader& object, Reading& reading) {
  VmReading& vm = add_vm(reading);
  vm.moid = deep_string(object, {"self", "value"});
  vm.name = object.string_or_empty("name");
  if (vm.name.empty()) vm.name = deep_string(object, {"config", "name"});
  for (const std::string_view key : {"uuid", "instanceUuid"}) {
    const std::string uuid = normal_uuid(deep_string(object, {"config", key}));
    if (!uuid.empty()) vm.uuids.push_back(uuid);
  }
  vm.guest = guest_kind(object);
  vm.firmware = deep_string(object, {"config", "firmware"});
  vm.power_state = deep_string(object, {"runtime", "powerState"});
  if (const auto hardware = deep(object, {"config", "hardware"})) {
    read_hardware(*hardware, vm);
  }
  if (const auto guest = object.find("guest")) {
    vm.reports.push_back(read_guest_info(*guest, reading.source));
  }
}

bool read_vsphere(const JsonReader& document, Reading& reading) {
  const std::string type = document.string_or_empty("_typeName");
  if (has_list(document, "virtualMachines")) {
    for (const JsonReader& vm : document.at("virtualMachines").elements()) {
      read_vm_object(vm, reading);
    }
  } else if (has_list(document, "devices")) {
    add_vm(reading).nics = read_nics(list(document, "devices"));
  } else if (has_list(document, "elements")) {
    read_elements(document, reading);
  } else if (has_list(document, "changeSet")) {
    read_update(document, reading);
  } else if (type == "VirtualHardware" ||
             (has_list(document, "device") && document.find("numCPU"))) {
    read_hardware(document, add_vm(reading));
  } else if (type == "GuestInfo" || document.find("toolsStatus")) {
    add_vm(reading).reports.push_back(read_guest_info(document, reading.source));
  } else if (is_vm(document)) {
    read_vm_object(document, reading);
  } else {
    return false;
  }
  return true;
}

}  // namespace patchbay::cli
