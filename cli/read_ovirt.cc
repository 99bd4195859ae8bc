// oVirt's (RHV's) REST API as JSON, where booleans and numbers are strings: a VM with its NICs,
// lists of VMs, vNIC profiles, networks and reported devices.
#include <map>

#include "cli/read_json.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

bool is_false(const JsonReader& object, std::string_view key) {
  const auto found = object.find(key);
  return found && (found->raw() == "false" || found->raw() == false);
}

std::string number_text(const JsonReader& reader) {
  return reader.raw().is_string() ? reader.string() : std::to_string(integer(reader));
}

std::string protocol_of(std::string text) {
  if (text == "STATIC_IP" || text == "static") return "static";
  return text == "DHCP" || text == "dhcp" ? "dhcp" : "";
}

// NicConfiguration and Ip.
ConfiguredNic read_configuration(const JsonReader& configuration) {
  ConfiguredNic nic;
  nic.name = configuration.string_or_empty("name");
  nic.protocol4 = protocol_of(configuration.string_or_empty("boot_protocol"));
  nic.protocol6 = protocol_of(configuration.string_or_empty("ipv6_boot_protocol"));
  nic.address4 = deep_string(configuration, {"ip", "address"});
  nic.netmask4 = deep_string(configuration, {"ip", "netmask"});
  nic.gateway4 = deep_string(configuration, {"ip", "gateway"});
  nic.address6 = deep_string(configuration, {"ipv6", "address"});
  nic.netmask6 = deep_string(configuration, {"ipv6", "netmask"});
  nic.gateway6 = deep_string(configuration, {"ipv6", "gateway"});
  return nic;
}

void read_initialization(const JsonReader& vm, VmReading& out) {
  const auto initialization = vm.find("initialization");
  if (!initialization) return;
  GuestReport report;
  report.kind = ReportKind::kConfigured;
  report.source = out.source;
  report.dns = parse_dns(report, initialization->string_or_empty("dns_servers"),
                         initialization->string_or_empty("dns_search"));
  if (const auto all = initialization->find("nic_configurations")) {
    for (const JsonReader& configuration : list(*all, "nic_configuration")) {
      add_configured(report, read_configuration(configuration));
    }
  }
  if (!report.nics.empty()) out.reports.push_back(report);
}

void read_reported(const JsonReader& device, GuestReport& report) {
  GuestNic nic;
  nic.mac = mac_if_any(deep_string(device, {"mac", "address"}));
  nic.name = device.string_or_empty("name");
  if (const auto ips = device.find("ips")) {
    for (const JsonReader& ip : list(*ips, "ip")) {
      add_address(report, nic, ip.string_or_empty("address"), {});
    }
  }
  report.nics.push_back(nic);
}

GuestReport reported_by(const std::string& source) {
  GuestReport report;
  report.kind = ReportKind::kReported;
  report.source = source;
  return report;
}

Nic read_nic(const JsonReader& nic) {
  Nic out;
  out.adapter = nic.string_or_empty("interface");
  if (out.adapter == "pci_passthrough") out.adapter = "sriov";
  if (const auto mac = deep(nic, {"mac", "address"})) {
    out.mac_as_configured = mac->string();
    out.mac = mac->checked<Mac>();
  }
  out.network.kind = "vnic_profile";
  out.network.key = deep_string(nic, {"vnic_profile", "id"});
  out.start_connected = !is_false(nic, "linked") && !is_false(nic, "plugged");
  return out;
}

// Also what the guest agent says of each.
void read_nics(const std::vector<JsonReader>& nics, VmReading& out) {
  GuestReport report = reported_by(out.source);
  for (const JsonReader& nic : nics) {
    out.nics.push_back(read_nic(nic));
    const auto devices = nic.find("reported_devices");
    if (!devices) continue;
    for (const JsonReader& device : list(*devices, "reported_device")) {
      read_reported(device, report);
    }
  }
  if (!report.nics.empty()) out.reports.push_back(report);
}

VmReading& add_vm(Reading& reading, const std::string& id) {
  VmReading& vm = reading.vms.emplace_back();
  vm.source = reading.source;
  if (!id.empty()) vm.uuids.push_back(normal_uuid(id));
  return vm;
}

std::string power_state(const std::string& status) {
  if (status == "up") return "poweredOn";
  return status == "down" ? "poweredOff" : status;
}

void read_vm(const JsonReader& vm, Reading& reading) {
  VmReading& out = add_vm(reading, vm.string_or_empty("id"));
  out.name = vm.string_or_empty("name");
  out.guest = guest_of(deep_string(vm, {"os", "type"}));
  const std::string bios = deep_string(vm, {"bios", "type"});
  if (!bios.empty())
    out.firmware = bios.ends_with("ovmf") || bios.ends_with("secure_boot") ? "efi" : "bios";
  out.power_state = power_state(vm.string_or_empty("status"));
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  out.memory_mib = count_at(vm, "memory") / kMiB;
  if (const auto topology = deep(vm, {"cpu", "topology"})) {
    const uint64_t cores = count_at(*topology, "cores");
    set_processors(out, count_at(*topology, "sockets") * cores, cores);
  }
  if (const auto nics = vm.find("nics")) read_nics(list(*nics, "nic"), out);
  read_initialization(vm, out);
}

// Lists of one VM's parts name the VM by its id.
void read_parts(const JsonReader& document, std::string_view key, Reading& reading) {
  std::map<std::string, std::vector<JsonReader>> by_vm;
  for (const JsonReader& part : list(document, key)) {
    by_vm[deep_string(part, {"vm", "id"})].push_back(part);
  }
  for (const auto& [id, parts] : by_vm) {
    VmReading& vm = add_vm(reading, id);
    if (key == "nic") {
      read_nics(parts, vm);
    } else {
      GuestReport report = reported_by(reading.source);
      for (const JsonReader& part : parts) read_reported(part, report);
      vm.reports.push_back(report);
    }
  }
}

void read_network(const JsonReader& network, Reading& reading) {
  Network& out = reading.networks.emplace_back();
  out.kind = "ovirt_network";
  out.key = network.string_or_empty("id");
  out.name = network.string_or_empty("name");
  out.vlan.mode = Vlan::Mode::kUntagged;
  const auto id = deep(network, {"vlan", "id"});
  if (!id) return;
  const std::string text = number_text(*id);
  const auto length = text.size();
  if (length == 0 || length > 4 || text.find_first_not_of("0123456789") != std::string::npos ||
      std::stoul(text) > kMaxVlanId) {
    id->refuse("a VLAN id up to 4094");
  }
  out.vlan.mode = Vlan::Mode::kAccess;
  out.vlan.id = static_cast<uint16_t>(std::stoul(text));
}

void read_profile(const JsonReader& profile, Reading& reading) {
  Network& out = reading.networks.emplace_back();
  out.kind = "vnic_profile";
  out.key = profile.string_or_empty("id");
  out.name = profile.string_or_empty("name");
  out.owner_key = deep_string(profile, {"network", "id"});
}

}  // namespace

void read_init_networks(std::string_view text, GuestReport& report, const std::string& source) {
  const Json json = parse_json(text, source + ": VmInit networks");
  for (const JsonReader& nic : JsonReader(json, source + ": VmInit networks").elements()) {
    ConfiguredNic out;
    out.name = nic.string_or_empty("name");
    out.protocol4 = protocol_of(nic.string_or_empty("bootProtocol"));
    out.protocol6 = protocol_of(nic.string_or_empty("ipv6BootProtocol"));
    out.address4 = nic.string_or_empty("ip");
    out.netmask4 = nic.string_or_empty("netmask");
    out.gateway4 = nic.string_or_empty("gateway");
    out.address6 = nic.string_or_empty("ipv6Address");
    if (const auto prefix = nic.find("ipv6Prefix")) out.netmask6 = number_text(*prefix);
    out.gateway6 = nic.string_or_empty("ipv6Gateway");
    add_configured(report, out);
  }
}

bool read_ovirt(const JsonReader& document, Reading& reading) {
  if (has_list(document, "vnic_profile")) {
    for (const auto& profile : list(document, "vnic_profile")) read_profile(profile, reading);
  } else if (has_list(document, "reported_device")) {
    read_parts(document, "reported_device", reading);
  } else if (has_list(document, "network")) {
    for (const auto& network : list(document, "network")) read_network(network, reading);
  } else if (has_list(document, "nic")) {
    read_parts(document, "nic", reading);
  } else if (has_list(document, "vm")) {
    for (const auto& vm : document.at("vm").elements()) read_vm(vm, reading);
  } else if (document.find("id") && document.find("name") &&
             (document.find("nics") || document.find("initialization") || document.find("os"))) {
    read_vm(document, reading);
  } else {
    return false;
  }
  return true;
}

}  // namespace patchbay::cli
