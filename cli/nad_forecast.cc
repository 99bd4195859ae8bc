#include "cli/nad_forecast.h"

#include <algorithm>
#include <array>
#include <utility>

#include "plan/cni_call.h"
#include "plan/cni_result.h"
#include "plan/json_reader.h"

namespace patchbay::cli {
namespace {

constexpr const char* kConfig = "spec.config";
constexpr const char* kResultVersion = "1.0.0";  // only to read it again

// The plugin: what IFLA_INFO_KIND says of its interface; empty for a device of the host.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kKinds{{
    {"bridge", "veth"},
    {"cnv-bridge", "veth"},
    {"ptp", "veth"},
    {"ovs", "veth"},
    {"ovn-k8s-cni-overlay", "veth"},
    {"kube-ovn", "veth"},
    {"macvlan", "macvlan"},
    {"ipvlan", "ipvlan"},
    {"vlan", "vlan"},
    {"tap", "tun"},
    {"macvtap", "macvtap"},
    {"host-device", ""},
    {"sriov", ""},
    {"ib-sriov", ""},
}};
constexpr std::array<std::string_view, 2> kBindingsOfTheirOwn{"userspace", "vdpa"};

std::vector<JsonReader> plugins_of(const JsonReader& config) {
  const auto list = config.find("plugins");
  std::vector<JsonReader> plugins = list ? list->elements() : std::vector{config};
  if (plugins.empty()) list->refuse("at least one plugin");
  return plugins;
}

bool is_ours(const JsonReader& plugin) { return plugin.at("type").string() == "patchbay"; }

void describe_nic(const JsonReader& plugin, NadForecast& forecast) {
  forecast.plugin = plugin.at("type").string();
  if (std::find(kBindingsOfTheirOwn.begin(), kBindingsOfTheirOwn.end(), forecast.plugin) !=
      kBindingsOfTheirOwn.end()) {
    throw Error(Errc::kUnsupported,
                "its plugin is " + forecast.plugin +
                    ", for which KubeVirt has a binding plugin of "
                    "its own: use that",
                plugin.path() + ".type");
  }
  const auto known = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const auto& each) { return each.first == forecast.plugin; });
  forecast.known = known != kKinds.end();
  LinkState& nic = forecast.nic;
  nic.ethernet = true;
  nic.kind = forecast.known ? known->second : "veth";
  nic.mtu = plugin.find_u32("mtu").value_or(0);
  const std::string mode = nic.kind == "ipvlan" ? plugin.string_or_empty("mode") : "";
  nic.ipvlan_l3 = mode == "l3" || mode == "l3s";
  if (nic.kind != "tun") return;
  nic.tun = TunInfo{.tap = true,
                    .owner = plugin.find_u32("owner"),
                    .group = plugin.find_u32("group"),
                    .vnet_hdr = true,
                    .multi_queue = plugin.true_at("multiQueue"),
                    .persist = true};
}

// "192.168.2.225-192.168.2.230/28", as whereabouts has it, too.
IpPrefix range_of(const JsonReader& reader) {
  const std::string text = reader.string();
  const Json last = text.substr(text.find('-') + 1);
  return JsonReader(last, reader.path()).checked<IpPrefix>().network();
}

void add_range(const JsonReader& holder, const JsonReader& range, const std::string& ipam,
               std::vector<OpenAddress>& open) {
  const IpPrefix prefix = range_of(range);
  std::string text = "an address of " + prefix.to_string() + " by " + ipam;
  if (const auto gateway = holder.find_checked<IpAddress>("gateway")) {
    text += ", gateway " + gateway->to_string();
  }
  open.push_back({prefix.family(), std::move(text), prefix});
}

// host-local takes one address of each set of ranges, each of which has one family.
void add_host_local(const JsonReader& ipam, std::vector<OpenAddress>& open) {
  if (const auto subnet = ipam.find("subnet")) add_range(ipam, *subnet, "host-local", open);
  const auto sets = ipam.find("ranges");
  for (const JsonReader& set : sets ? sets->elements() : std::vector<JsonReader>()) {
    const std::vector<JsonReader> ranges = set.elements();
    if (!ranges.empty()) add_range(ranges[0], ranges[0].at("subnet"), "host-local", open);
  }
}

void add_whereabouts(const JsonReader& ipam, std::vector<OpenAddress>& open) {
  if (const auto range = ipam.find("range")) add_range(ipam, *range, "whereabouts", open);
  const auto ranges = ipam.find("ipRanges");
  for (const JsonReader& each : ranges ? ranges->elements() : std::vector<JsonReader>()) {
    add_range(each, each.at("range"), "whereabouts", open);
  }
}

std::vector<OpenAddress> open_addresses(const JsonReader& ipam, const std::string& kind) {
  std::vector<OpenAddress> open;
  if (kind == "host-local") add_host_local(ipam, open);
  if (kind == "whereabouts") add_whereabouts(ipam, open);
  if (!open.empty()) return open;
  if (kind == "dhcp") {
    return {{Family::kIpv4, "a lease that CNI's DHCP daemon on the node takes", {}}};
  }
  return {{Family::kIpv4, "an address by " + kind, {}}};
}

// isDefaultGateway of the bridge plugin: a default route by each address's gateway, which is the
// subnet's first address where the IPAM names none.
void add_default_gateways(const JsonReader& plugin, Json& result) {
  if (!plugin.true_at("isDefaultGateway")) return;
  for (const Json& ip : result["ips"]) {
    const JsonReader reader(ip, plugin.path() + ".ipam.addresses");
    const IpPrefix address = reader.at("address").checked<IpPrefix>();
    std::array<uint8_t, 16> first{};
    std::copy_n(address.network().address.bytes(), address.address.size(), first.begin());
    first[address.address.size() - 1] |= 1U;
    const IpAddress gateway = reader.find_checked<IpAddress>("gateway").value_or(
        IpAddress::from_bytes(address.family(), first.data()));
    result["routes"].push_back({{"dst", address.family() == Family::kIpv4 ? "0.0.0.0/0" : "::/0"},
                                {"gw", gateway.to_string()}});
  }
}

// What the static IPAM answers is what it is told; a plugin's own `dns` is stronger.
void answer(const JsonReader& plugin, NadForecast& forecast) {
  Json result{{"cniVersion", kResultVersion}, {"ips", Json::array()}, {"routes", Json::array()}};
  const auto ipam = plugin.find("ipam");
  const std::string kind = ipam ? ipam->string_or_empty("type") : "";
  forecast.answer.ipam = kind;
  if (kind == "static") {
    const auto addresses = ipam->find("addresses");
    if (addresses) result["ips"] = addresses->raw();
    if (const auto routes = ipam->find("routes"); routes && !routes->elements().empty()) {
      result["routes"] = routes->raw();
    }
    if (const auto dns = ipam->find("dns")) result["dns"] = dns->raw();
    if (!addresses || addresses->elements().empty()) {
      forecast.open = {{Family::kIpv4, "an address that the pod asks for (static IPAM)", {}}};
    }
    add_default_gateways(plugin, result);
  } else if (!kind.empty()) {
    forecast.open = open_addresses(*ipam, kind);
  }
  if (const auto dns = plugin.find("dns"); dns && !dns->raw().empty()) result["dns"] = dns->raw();
  try {
    forecast.answer.result = parse_cni_result(result.dump());
  } catch (const Error& error) {
    throw Error(error.errc(), error.message(), plugin.path() + ".ipam (" + error.where() + ")");
  }
}

}  // namespace

std::optional<NadOptions> defaults_in(std::string_view config) {
  try {
    const Json json = parse_json(config, kConfig);
    if (!is_ours(JsonReader(json, kConfig))) return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
  return parse_cni_options(config).defaults;
}

NadForecast forecast_of_nad(std::string_view config) {
  const Json json = parse_json(config, kConfig);
  const JsonReader reader(json, kConfig);
  const std::vector<JsonReader> plugins = plugins_of(reader);
  NadForecast forecast;
  describe_nic(plugins.front(), forecast);
  answer(plugins.front(), forecast);
  forecast.answer.mac_spoof_check = std::any_of(
      plugins.begin(), plugins.end(), [](const JsonReader& p) { return p.true_at("macspoofchk"); });
  forecast.chained = std::any_of(plugins.begin(), plugins.end(), is_ours);
  forecast.options = parse_nad_options(config);
  if (forecast.options.ipam && forecast.answer.ipam.empty()) {
    forecast.answer.ipam = *forecast.options.ipam;
    forecast.open = {{Family::kIpv4, "an address by " + *forecast.options.ipam, {}}};
  }
  return forecast;
}

}  // namespace patchbay::cli
