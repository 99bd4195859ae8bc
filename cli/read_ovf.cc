// OVF 1.1 and 2.0 (DMTF DSP0243) as vSphere exports it, and oVirt's dialect of it. Elements are
// known by their local names: prefixes differ between writers. Addresses are there only as
// properties of a template (ProductSection of class "net" or "vami") or as oVirt's VmInit.
#include <map>
#include <pugixml.hpp>

#include "cli/source.h"
#include "domainxml/well_formed.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

// CIM_ResourceAllocationSettingData.ResourceType
constexpr std::string_view kProcessor = "3";
constexpr std::string_view kMemory = "4";
constexpr std::string_view kEthernetAdapter = "10";

std::string_view local(std::string_view name) { return name.substr(name.rfind(':') + 1); }

std::string text_of(const pugi::xml_node& parent, std::string_view name) {
  for (const pugi::xml_node& child : parent.children()) {
    if (local(child.name()) == name) return child.text().get();
  }
  return {};
}

std::string attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& found : node.attributes()) {
    if (local(found.name()) == name) return found.value();
  }
  return {};
}

// Without recursion: depth is the file's choice. A VirtualSystem, or oVirt's Content, has no other
// inside.
std::vector<pugi::xml_node> descendants(const pugi::xml_node& root, std::string_view name) {
  std::vector<pugi::xml_node> found;
  for (pugi::xml_node node = root.first_child(); node;) {
    const bool match = local(node.name()) == name;
    if (match) found.push_back(node);
    if (!match && node.first_child()) {
      node = node.first_child();
      continue;
    }
    while (node && node != root && !node.next_sibling()) node = node.parent();
    if (!node || node == root) break;
    node = node.next_sibling();
  }
  return found;
}

// oVirt engine, VmInterfaceType: what its OVF has for ResourceSubType.
const std::map<std::string, std::string, std::less<>> kOvirtAdapters = {
    {"0", "rtl8139_virtio"}, {"1", "rtl8139"}, {"2", "e1000"},  {"3", "virtio"},
    {"4", "spapr_vlan"},     {"5", "sriov"},   {"6", "e1000e"},
};

std::string adapter_of(const pugi::xml_node& item, bool ovirt) {
  const std::vector<std::string> types = words(text_of(item, "ResourceSubType"));
  if (types.empty()) return {};
  if (ovirt) {
    const auto known = kOvirtAdapters.find(types[0]);
    return known == kOvirtAdapters.end() ? "" : known->second;
  }
  const std::string adapter = lower_case(types[0]);
  return adapter == "virtualsriovethernetcard" ? "sriov" : adapter;
}

Nic read_nic(const pugi::xml_node& item, bool ovirt) {
  Nic nic;
  nic.adapter = adapter_of(item, ovirt);
  const std::string mac = text_of(item, ovirt ? "MACAddress" : "Address");
  if ((nic.mac = mac_if_any(mac))) nic.mac_as_configured = mac;
  nic.network.name = text_of(item, "Connection");
  if (ovirt) nic.network.kind = "vnic_profile";
  for (const char* name : {"AutomaticAllocation", "Linked", "IsPlugged"}) {
    if (text_of(item, name) == "false") nic.start_connected = false;
  }
  return nic;
}

std::string value_of(const pugi::xml_node& property) {
  const std::string value = attribute(property, "value");
  if (!value.empty()) return value;
  for (const pugi::xml_node& child : property.children()) {
    if (local(child.name()) == "Value") return attribute(child, "value");
  }
  return {};
}

// "ip" and "ip1": a digit at the end, or the section's instance, says which NIC.
void read_properties(const pugi::xml_node& section, std::map<size_t, ConfiguredNic>& nics,
                     GuestReport& report) {
  const std::string instance = attribute(section, "instance");
  const bool counts = instance.size() == 1 && instance[0] >= '0' && instance[0] <= '9';
  std::map<size_t, std::pair<std::string, std::string>> dns;
  for (const pugi::xml_node& property : section.children()) {
    if (local(property.name()) != "Property") continue;
    std::string key = lower_case(attribute(property, "key"));
    size_t index = counts ? static_cast<size_t>(instance[0] - '0') : 0;
    if (!key.empty() && key.back() >= '0' && key.back() <= '9') {
      index = static_cast<size_t>(key.back() - '0');
      key.pop_back();
    }
    const std::string value = value_of(property);
    if (key == "ip") nics[index].address4 = value;
    if (key == "netmask") nics[index].netmask4 = value;
    if (key == "gateway") nics[index].gateway4 = value;
    if (key == "dns") dns[index].first = value;
    if (key == "searchpath") dns[index].second = value;
  }
  for (const auto& [index, texts] : dns) {
    nics[index].dns = parse_dns(report, texts.first, texts.second);
  }
}

void read_template(const pugi::xml_node& system, VmReading& vm) {
  GuestReport report;
  report.kind = ReportKind::kConfigured;
  report.source = vm.source;
  std::map<size_t, ConfiguredNic> nics;
  for (const pugi::xml_node& section : descendants(system, "ProductSection")) {
    const std::string kind = attribute(section, "class");
    if (kind == "net" || kind == "vami") read_properties(section, nics, report);
  }
  for (auto& [index, nic] : nics) {
    if (nic.address4.empty()) continue;  // a question nobody answered
    nic.index = index;
    const bool ipv6 = nic.address4.find(':') != std::string::npos;
    (ipv6 ? nic.protocol6 : nic.protocol4) = "static";
    if (ipv6) {
      std::swap(nic.address4, nic.address6);
      std::swap(nic.netmask4, nic.netmask6);
      std::swap(nic.gateway4, nic.gateway6);
    }
    add_configured(report, nic);
  }
  if (!report.nics.empty()) vm.reports.push_back(report);
}

void read_init(const pugi::xml_node& system, VmReading& vm) {
  for (const pugi::xml_node& init : descendants(system, "VmInit")) {
    GuestReport report;
    report.kind = ReportKind::kConfigured;
    report.source = vm.source;
    report.dns = parse_dns(report, attribute(init, "dnsServers"), attribute(init, "dnsSearch"));
    const std::string networks = attribute(init, "networks");
    if (!networks.empty()) read_init_networks(networks, report, vm.source);
    if (!report.nics.empty()) vm.reports.push_back(report);
  }
}

// oVirt writes both counts apart, vSphere the product of them.
void read_processors(const pugi::xml_node& item, VmReading& vm) {
  const uint64_t sockets = count_of(text_of(item, "num_of_sockets"));
  const uint64_t cores = count_of(text_of(item, "cpu_per_socket"));
  if (sockets != 0 && cores != 0) return set_processors(vm, sockets * cores, cores);
  set_processors(vm, count_of(text_of(item, "VirtualQuantity")),
                 count_of(text_of(item, "CoresPerSocket")));
}

// DSP0004, programmatic units; "MegaBytes" is what OVF 0.9 and oVirt write.
void read_memory(const pugi::xml_node& item, VmReading& vm) {
  const std::string unit = text_of(item, "AllocationUnits");
  if (unit == "byte * 2^20" || unit == "MegaBytes") {
    vm.memory_mib = count_of(text_of(item, "VirtualQuantity"));
  }
}

void read_item(const pugi::xml_node& item, bool ovirt, VmReading& vm) {
  const std::string type = text_of(item, "ResourceType");
  if (type == kProcessor) read_processors(item, vm);
  if (type == kMemory) read_memory(item, vm);
  if (type == kEthernetAdapter) vm.nics.push_back(read_nic(item, ovirt));
}

void read_items(const pugi::xml_node& system, bool ovirt, VmReading& vm) {
  for (const pugi::xml_node& hardware : descendants(system, "VirtualHardwareSection")) {
    for (const char* name : {"Item", "EthernetPortItem"}) {
      for (const pugi::xml_node& item : descendants(hardware, name)) read_item(item, ovirt, vm);
    }
    for (const pugi::xml_node& config : descendants(hardware, "Config")) {
      if (attribute(config, "key") == "firmware") vm.firmware = attribute(config, "value");
    }
  }
}

// oVirt 4 writes sections as <Section xsi:type="ovf:VirtualHardwareSection_Type">.
void name_sections(const pugi::xml_node& system) {
  for (pugi::xml_node section : descendants(system, "Section")) {
    std::string type(local(attribute(section, "type")));
    if (type.ends_with("_Type")) section.set_name(type.substr(0, type.size() - 5).c_str());
  }
}

void read_system(const pugi::xml_node& system, bool ovirt, Reading& reading) {
  VmReading& vm = reading.vms.emplace_back();
  vm.source = reading.source;
  vm.name = text_of(system, "Name");
  if (vm.name.empty()) vm.name = attribute(system, "id");
  if (ovirt) name_sections(system);
  for (const pugi::xml_node& os : descendants(system, "OperatingSystemSection")) {
    vm.guest = guest_of(ovirt ? text_of(os, "Description") : attribute(os, "osType"));
    if (ovirt) vm.uuids.push_back(normal_uuid(attribute(os, "id")));
  }
  read_items(system, ovirt, vm);
  ovirt ? read_init(system, vm) : read_template(system, vm);
}

}  // namespace

bool read_ovf(std::string_view text, Reading& reading) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '<') return false;
  try {
    domainxml::check_well_formed(text);
  } catch (const Error& error) {
    throw Error(error.errc(), error.message(), reading.source);
  }
  pugi::xml_document document;
  if (const auto result = document.load_buffer(text.data(), text.size()); !result) {
    throw Error(Errc::kMalformed, std::string("is not XML: ") + result.description(),
                reading.source);
  }
  if (local(document.document_element().name()) != "Envelope") return false;
  for (const pugi::xml_node& system : descendants(document, "VirtualSystem")) {
    read_system(system, false, reading);
  }
  for (const pugi::xml_node& system : descendants(document, "Content")) {
    read_system(system, true, reading);
  }
  if (!reading.vms.empty()) return true;
  throw Error(Errc::kInvalidInput, "is an OVF envelope, but without a VirtualSystem in it",
              reading.source);
}

}  // namespace patchbay::cli
