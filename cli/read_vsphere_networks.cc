// Networks and switches as vSphere's API describes them: `govc ls -json` and `object.collect -json`
// of networks, `host.portgroup.info -json` (one host's standard portgroups: names, no keys),
// `dvs.portgroup.info -json` (ports: keys, no names), `find -json` (paths only).
#include <algorithm>
#include <map>
#include <set>

#include "cli/read_json.h"

namespace patchbay::cli {
namespace {

constexpr uint16_t kStandardTrunk = 4095;
constexpr uint64_t kMaxVlanWord = 4095;

uint16_t vlan_id(const JsonReader& reader) {
  return static_cast<uint16_t>(reader.number(0, kMaxVlanWord));
}

Vlan single(uint16_t id) {
  Vlan vlan;
  vlan.mode = id == 0 ? Vlan::Mode::kUntagged : Vlan::Mode::kAccess;
  vlan.id = id;
  if (id == kStandardTrunk) {
    vlan = {.mode = Vlan::Mode::kTrunk, .ranges = {{0, kMaxVlanId}}, .raw = id};
  }
  return vlan;
}

// VmwareDistributedVirtualSwitch{VlanId,TrunkVlan,Pvlan}Spec.
Vlan read_vlan(const JsonReader& spec) {
  Vlan vlan;
  if (const auto secondary = spec.find("pvlanId")) {
    vlan.mode = Vlan::Mode::kPrivate;
    vlan.id = vlan_id(*secondary);
  } else if (const auto ids = spec.find("vlanId")) {
    if (!ids->raw().is_array()) return single(vlan_id(*ids));
    vlan.mode = Vlan::Mode::kTrunk;
    for (const JsonReader& range : list(spec, "vlanId")) {
      vlan.ranges.push_back({vlan_id(range.at("start")), vlan_id(range.at("end"))});
    }
  }
  return vlan;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void read_switch(const std::string& key, const JsonReader& object, Reading& reading) {
  SwitchReading& found = reading.switches.emplace_back();
  found.key = key;
  found.name = object.string_or_empty("name");
  found.uuid = normal_uuid(object.string_or_empty("uuid"));
  const auto config = object.find("config");
  if (!config) return;
  if (found.uuid.empty()) found.uuid = normal_uuid(config->string_or_empty("uuid"));
  for (const JsonReader& entry : list(*config, "pvlanConfig")) {
    found.private_vlans.push_back({vlan_id(entry.at("primaryVlanId")),
                                   vlan_id(entry.at("secondaryVlanId")),
                                   entry.string_or_empty("pvlanType")});
  }
}

void read_portgroup_config(const JsonReader& config, Network& network) {
  network.owner_key = deep_string(config, {"distributedVirtualSwitch", "value"});
  network.uplink = config.true_at("uplink");
  if (config.string_or_empty("backingType") == "nsx") {
    network.vlan.mode = Vlan::Mode::kOverlay;
  } else if (const auto vlan = deep(config, {"defaultPortConfig", "vlan"})) {
    network.vlan = read_vlan(*vlan);
  }
}

void read_host_portgroups(const JsonReader& document, Reading& reading) {
  for (const JsonReader& portgroup : list(document, "portgroup")) {
    const JsonReader spec = portgroup.at("spec");
    Network& network = reading.host_portgroups.emplace_back();
    network.kind = "Network";
    network.name = spec.at("name").string();
    network.owner_name = spec.string_or_empty("vswitchName");
    network.vlan = single(vlan_id(spec.at("vlanId")));
  }
}

// A port can override its portgroup's VLAN; where two differ the portgroup's own is not known here.
void read_ports(const JsonReader& document, Reading& reading) {
  std::map<std::string, Network> portgroups;
  std::set<std::string> differing;
  for (const JsonReader& port : document.at("port").elements()) {
    Network network;
    network.kind = "DistributedVirtualPortgroup";
    network.key = port.string_or_empty("portgroupKey");
    if (network.key.empty()) continue;
    network.owner_uuid = normal_uuid(port.string_or_empty("dvsUuid"));
    if (const auto vlan = deep(port, {"config", "setting", "vlan"})) {
      network.vlan = read_vlan(*vlan);
    }
    const auto [known, added] = portgroups.try_emplace(network.key, network);
    if (!added && known->second.vlan != network.vlan) differing.insert(network.key);
  }
  for (auto& [key, network] : portgroups) {
    if (differing.contains(key)) network.vlan = {};
    reading.networks.push_back(network);
  }
  for (const std::string& key : differing) {
    reading.diagnostics.push_back({Severity::kWarning, "", reading.source,
                                   "ports of " + key + " have different VLANs",
                                   "add the portgroups' own, of object.collect"});
  }
}

bool read_paths(const JsonReader& document, Reading& reading) {
  const bool paths = !document.raw().empty() &&
                     std::all_of(document.raw().begin(), document.raw().end(), [](const Json& e) {
                       return e.is_string() && e.get_ref<const std::string&>().starts_with('/');
                     });
  if (paths) {
    reading.diagnostics.push_back(
        {Severity::kNote, "", reading.source,
         "lists inventory paths, which have neither keys nor VLANs, and adds nothing",
         "add the networks themselves, of `govc ls -json` or `govc object.collect -json`"});
  }
  return paths;
}

}  // namespace

void read_network_object(std::string_view type, const std::string& key, const JsonReader& object,
                         Reading& reading) {
  if (ends_with(type, "DistributedVirtualSwitch")) return read_switch(key, object, reading);
  if (type != "Network" && type != "OpaqueNetwork" && type != "DistributedVirtualPortgroup") return;
  Network& network = reading.networks.emplace_back();
  network.kind = type;
  network.key = key;
  network.name = object.string_or_empty("name");
  if (type == "OpaqueNetwork") {
    network.vlan.mode = Vlan::Mode::kOverlay;
    const std::string id = deep_string(object, {"summary", "opaqueNetworkId"});
    if (!id.empty()) network.key = id;  // what a NIC's backing has
  }
  if (const auto config = object.find("config")) read_portgroup_config(*config, network);
}

bool read_vsphere_networks(const JsonReader& document, Reading& reading) {
  if (document.raw().is_array()) return read_paths(document, reading);
  if (has_list(document, "portgroup")) {
    read_host_portgroups(document, reading);
  } else if (has_list(document, "port")) {
    read_ports(document, reading);
  } else {
    return false;
  }
  return true;
}

}  // namespace patchbay::cli
