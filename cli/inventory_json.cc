// The inventory as JSON: a stable interface, documented in cli/README.md.
#include "cli/inventory.h"
#include "plan/json_reader.h"

namespace patchbay::cli {
namespace {

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json or_null(uint64_t count) { return count == 0 ? Json() : Json(count); }

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(value->to_string()) : Json();
}

std::string_view name(Method method) {
  switch (method) {
    case Method::kUnknown:
      return "unknown";
    case Method::kStatic:
      return "static";
    case Method::kDhcp:
      return "dhcp";
  }
  return "";
}

// As vSphere writes them: 8-4-4-4-12.
std::string dashed(const std::string& uuid) {
  std::string out = uuid;
  if (uuid.size() != 32) return out;
  for (const size_t at : {20U, 16U, 12U, 8U}) out.insert(at, 1, '-');
  return out;
}

Json write(const Vlan& vlan) {
  switch (vlan.mode) {
    case Vlan::Mode::kUnknown:
      return {{"mode", "unknown"}};
    case Vlan::Mode::kUntagged:
      return {{"mode", "untagged"}, {"id", 0}};
    case Vlan::Mode::kAccess:
      return {{"mode", "access"}, {"id", vlan.id}};
    case Vlan::Mode::kOverlay:
      return {{"mode", "overlay"}};
    case Vlan::Mode::kPrivate: {
      const Json primary = vlan.primary ? Json(*vlan.primary) : Json();
      return {
          {"mode", "pvlan"}, {"id", vlan.id}, {"primary", primary}, {"type", or_null(vlan.type)}};
    }
    case Vlan::Mode::kTrunk: {
      Json json = {{"mode", "trunk"}, {"ranges", Json::array()}};
      for (const VlanRange& range : vlan.ranges) {
        json["ranges"].push_back(Json::array({range.first, range.last}));
      }
      if (vlan.raw) json["raw"] = *vlan.raw;
      return json;
    }
  }
  return {};
}

Json write(const Network& network) {
  Json json = {{"kind", or_null(network.kind)},
               {"key", or_null(network.key)},
               {"name", or_null(network.name)},
               {"displayName", or_null(display_name(network))}};
  json[network.kind == "vnic_profile" ? "network" : "switch"] = or_null(network.owner_name);
  if (network.owner_name.empty() && !network.owner_uuid.empty()) {
    json["switchId"] = dashed(network.owner_uuid);
  }
  return json;
}

template <typename T>
Json texts(const std::vector<T>& values) {
  Json json = Json::array();
  for (const T& value : values) json.push_back(value.to_string());
  return json;
}

void write(const Addressing& addressing, Json& json) {
  json["method"] = name(addressing.method);
  if (addressing.ipv4 && addressing.ipv6 && addressing.ipv4 != addressing.ipv6) {
    json["methods"] = {{"ipv4", name(*addressing.ipv4)}, {"ipv6", name(*addressing.ipv6)}};
  }
  json["addresses"] = Json::array();
  for (const NicAddress& address : addressing.addresses) {
    json["addresses"].push_back(to_string(address));
  }
  json["observedNotStatic"] = addressing.observed;
  json["gateway"] = {{"ipv4", or_null(addressing.gateway4)},
                     {"ipv6", or_null(addressing.gateway6)}};
  json["routes"] = Json::array();
  for (const NicRoute& route : addressing.routes) {
    json["routes"].push_back({{"to", route.to.to_string()}, {"via", route.via.to_string()}});
  }
  json["dns"] = texts(addressing.dns);
  json["search"] = addressing.search;
}

Json write(const Nic& nic, size_t index) {
  Json json = {{"index", index},
               {"deviceKey", nic.device_key ? Json(*nic.device_key) : Json()},
               {"mac", or_null(nic.mac)},
               {"macAsConfigured", or_null(nic.mac_as_configured)},
               {"adapter", or_null(nic.adapter)},
               {"portgroup", write(nic.network)},
               {"vlan", write(nic.network.vlan)},
               {"startConnected", nic.start_connected}};
  write(nic.addressing, json);
  json["warnings"] = Json::array();
  for (const NicWarning warning : nic.warnings) json["warnings"].push_back(cli::name(warning));
  return json;
}

Json write(const Vm& vm) {
  Json json = {{"moid", or_null(vm.moid)},
               {"guest", or_null(vm.guest)},
               {"firmware", or_null(vm.firmware)},
               {"powerState", or_null(vm.power_state)},
               {"memoryMiB", or_null(vm.memory_mib)},
               {"sockets", or_null(vm.sockets)},
               {"coresPerSocket", or_null(vm.cores)},
               {"sources", vm.sources},
               {"nics", Json::array()}};
  for (size_t i = 0; i < vm.nics.size(); ++i) json["nics"].push_back(write(vm.nics[i], i));
  json["ignored"] = vm.ignored;
  json["warnings"] = vm.warnings;
  if (vm.global_dns) {
    json["globalDns"] = {{"dns", texts(vm.global_dns->servers)}, {"search", vm.global_dns->search}};
  }
  return json;
}

Json write(const Diagnostic& diagnostic) {
  return {{"severity", patchbay::name(diagnostic.severity)},
          {"where", diagnostic.where},
          {"message", diagnostic.message},
          {"hint", diagnostic.hint}};
}

}  // namespace

std::string to_json(const Inventory& inventory) {
  Json json = {
      {"vms", Json::object()}, {"networks", Json::array()}, {"diagnostics", Json::array()}};
  for (const auto& [vm_name, vm] : inventory.vms) json["vms"][vm_name] = write(vm);
  for (const Network& network : inventory.networks) {
    Json entry = write(network);
    entry["vlan"] = write(network.vlan);
    if (!network.destination.empty()) entry["destination"] = network.destination;
    json["networks"].push_back(std::move(entry));
  }
  for (const Diagnostic& diagnostic : inventory.diagnostics) {
    json["diagnostics"].push_back(write(diagnostic));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace patchbay::cli
