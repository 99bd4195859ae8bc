// Forklift: NetworkMap (forklift.konveyor.io/v1beta1), as YAML or as kubectl prints it in JSON, and
// the static-IP string that it hands to virt-v2v, alone or by VM in {"V2V_staticIPs": {}}. Such a
// string has every address of the guest, whatever gave it, and bridges inside the guest too:
// candidates only.
#include <algorithm>
#include <iterator>

#include "cli/read_json.h"
#include "cloudinit/yaml_tree.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

using cloudinit::YamlDocument;
using cloudinit::YamlNode;

constexpr size_t kMaxYamlBytes = size_t{4} << 20;
constexpr std::string_view kKinds[] = {"kind: NetworkMap", "\"kind\": \"NetworkMap\"",
                                       "\"kind\":\"NetworkMap\""};
constexpr std::string_view kMark = ":ip:";
constexpr size_t kMacTextSize = 17;
constexpr uint8_t kLocallyAdministered = 0x02;  // IEEE 802, the second bit of the first byte

std::string scalar(const YamlDocument& yaml, const YamlNode* map, std::string_view key) {
  const YamlNode* node = yaml.child(map, key);
  return node && node->is_scalar() ? node->text : "";
}

std::string destination_of(const YamlDocument& yaml, const YamlNode* pair) {
  const YamlNode* destination = yaml.child(pair, "destination");
  const std::string type = scalar(yaml, destination, "type");
  if (type != "multus") return type;
  const std::string space = scalar(yaml, destination, "namespace");
  return (space.empty() ? "" : space + "/") + scalar(yaml, destination, "name");
}

void read_map(const YamlDocument& yaml, const YamlNode* object, Reading& reading) {
  const YamlNode* pairs = yaml.child(yaml.child(object, "spec"), "map");
  if (!pairs || !pairs->is_sequence()) {
    throw Error(Errc::kInvalidInput, "is a NetworkMap without a list in spec.map", reading.source);
  }
  for (const YamlNode& item : pairs->children) {
    const YamlNode* pair = yaml.resolve(&item);
    const YamlNode* source = yaml.child(pair, "source");
    Network network;
    network.key = scalar(yaml, source, "id");
    network.name = scalar(yaml, source, "name");
    network.destination = destination_of(yaml, pair);
    if ((network.key.empty() && network.name.empty()) || network.destination.empty()) {
      throw Error(Errc::kInvalidInput,
                  "has a pair without source.id or source.name, or without destination",
                  reading.source + ": spec.map");
    }
    reading.networks.push_back(network);
  }
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

// MAC:ip:ADDRESS,GATEWAY,LENGTH[,DNS…]
GuestNic read_static(std::string_view text, GuestReport& report, const std::string& where) {
  const auto mac = mac_if_any(text.substr(0, kMacTextSize));
  const std::vector<std::string> fields = text.size() > kMacTextSize + kMark.size()
                                              ? split(text.substr(kMacTextSize + kMark.size()), ',')
                                              : std::vector<std::string>{};
  if (!mac || text.substr(kMacTextSize, kMark.size()) != kMark || fields.size() < 3) {
    throw Error(Errc::kInvalidInput,
                "expected MAC:ip:ADDRESS,GATEWAY,LENGTH[,DNS…], found " + in_quotes(text), where);
  }
  GuestNic nic;
  nic.mac = mac;
  GuestAddress address;
  address.length = prefix_length(fields[2]);
  add_address(report, nic, fields[0], address);
  const auto via = address_if_any(report, fields[1]);
  if (via) report.routes.push_back({{IpAddress::any(via->family()), 0}, via, report.nics.size()});
  for (size_t i = 3; i < fields.size(); ++i) {
    if (!nic.dns) nic.dns.emplace();
    const auto server = address_if_any(report, fields[i]);
    if (server) nic.dns->servers.push_back(*server);
  }
  return nic;
}

// One default route for a NIC, though each of its addresses repeats it; and the NIC once.
void merge_into(GuestReport& report, GuestNic&& nic) {
  const auto same = std::find_if(report.nics.begin(), report.nics.end(),
                                 [&](const GuestNic& n) { return n.mac == nic.mac; });
  if (same == report.nics.end()) return report.nics.push_back(std::move(nic));
  same->addresses.insert(same->addresses.end(), nic.addresses.begin(), nic.addresses.end());
  if (!same->dns) same->dns = nic.dns;
  const auto index = static_cast<size_t>(same - report.nics.begin());
  if (report.routes.empty() || report.routes.back().device != report.nics.size()) return;
  GuestRoute& last = report.routes.back();
  last.device = index;
  const auto repeated = [&](const GuestRoute& earlier) {
    return &earlier != &last && earlier.via == last.via && earlier.device == last.device;
  };
  if (std::any_of(report.routes.begin(), report.routes.end(), repeated)) report.routes.pop_back();
}

VmReading read_string(std::string_view text, const std::string& name, const std::string& source) {
  VmReading vm;
  vm.source = source;
  vm.name = name;
  GuestReport report;
  report.kind = ReportKind::kForklift;
  report.source = source;
  const std::vector<std::string> parts =
      text.empty() ? std::vector<std::string>{} : split(text, '_');
  if (parts.size() > kMaxGuestEntries) {
    throw Error(Errc::kInvalidInput, "has too many addresses for one VM", source);
  }
  for (const std::string& part : parts) {
    merge_into(report, read_static(part, report, source));
  }
  // A vSphere NIC's MAC is VMware's own; a bridge in the guest has one of the local kind.
  for (const GuestNic& nic : report.nics) {
    if ((nic.mac->bytes()[0] & kLocallyAdministered) != 0) continue;
    Nic& seen = vm.nics.emplace_back();
    seen.mac = nic.mac;
    seen.mac_as_configured = nic.mac->to_string();
  }
  vm.reports.push_back(report);
  return vm;
}

}  // namespace

bool read_network_map(std::string_view text, Reading& reading) {
  const bool written =
      std::any_of(std::begin(kKinds), std::end(kKinds),
                  [&](std::string_view kind) { return text.find(kind) != std::string_view::npos; });
  if (!written || text.size() > kMaxYamlBytes) return false;
  bool found = false;
  try {
    const YamlDocument yaml = YamlDocument::parse(text);
    const YamlNode* root = yaml.resolve(&yaml.root());
    const YamlNode* items = yaml.child(root, "items");
    std::vector<const YamlNode*> objects = {root};
    if (items && items->is_sequence()) {
      for (const YamlNode& item : items->children) objects.push_back(yaml.resolve(&item));
    }
    for (const YamlNode* object : objects) {
      if (scalar(yaml, object, "kind") != "NetworkMap") continue;
      read_map(yaml, object, reading);
      found = true;
    }
  } catch (const Error& error) {
    const std::string& where = error.where();
    throw Error(error.errc(), error.message(), where.empty() ? reading.source : where);
  }
  return found;
}

bool read_static_ips(std::string_view text, Reading& reading) {
  if (text.substr(0, text.find('\n')).find(kMark) != kMacTextSize) return false;
  const size_t end = text.find_last_not_of(" \t\r\n") + 1;
  reading.vms.push_back(read_string(text.substr(0, end), "", reading.source));
  return true;
}

bool read_static_ips_json(const JsonReader& document, Reading& reading) {
  const auto all = document.find("V2V_staticIPs");
  if (!all) return false;
  for (const auto& [name, text] : all->members()) {
    reading.vms.push_back(read_string(text.string(), name, reading.source));
  }
  return true;
}

}  // namespace patchbay::cli
