#include "plan/agent_state.h"

#include <algorithm>

#include "plan/json_reader.h"

namespace patchbay {
namespace {

constexpr char kInterfaces[] = "guest-network-get-interfaces";
constexpr char kRoutes[] = "guest-network-get-route";

GuestState state_of_agent() {
  GuestState state;
  state.own_links_told = false;
  state.lifetimes_told = false;
  return state;
}

// Of loopback, and what is no Ethernet at all, the agent says no MAC or zeros.
std::optional<Mac> mac_of(const std::string& text) {
  try {
    const Mac mac = Mac::parse(text);
    return mac.is_zero() ? std::nullopt : std::optional(mac);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void add_address(const IpPrefix& prefix, bool length_told, SeenNic& nic) {
  if (prefix.address.is_link_local() || prefix.address.is_loopback()) return;
  nic.addresses.push_back({prefix, false, false, length_told});
}

void read_interface(const JsonReader& interface, GuestState& state) {
  const auto mac = mac_of(interface.string_or_empty("hardware-address"));
  if (!mac) return;
  SeenNic nic;
  nic.name = interface.at("name").string();
  nic.mac = *mac;
  const auto addresses = interface.find("ip-addresses");
  for (const JsonReader& each : addresses ? addresses->elements() : std::vector<JsonReader>{}) {
    const auto address = each.at("ip-address").checked<IpAddress>();
    const auto length = static_cast<uint8_t>(each.at("prefix").number(0, address.bits()));
    add_address({address, length}, true, nic);
  }
  state.nics.push_back(std::move(nic));
}

// /proc/net/route has a mask, /proc/net/ipv6_route a length.
IpPrefix destination(const JsonReader& route) {
  const auto address = route.at("destination").checked<IpAddress>();
  if (address.family() == Family::kIpv6) {
    return IpPrefix::parse(address.to_string() + "/" + route.at("desprefixlen").string());
  }
  const auto mask = route.at("mask").checked<IpAddress>();
  uint8_t length = 0;
  while (length < mask.bits() && (mask.bytes()[length / 8] >> (7 - length % 8) & 1) != 0) ++length;
  return {address, length};
}

// Both files list the local table's routes to a NIC's own addresses, too, and those of multicast.
bool is_own(const IpPrefix& to, const SeenNic& nic) {
  return to.address.is_multicast() || to.address.is_link_local() ||
         (to.length == to.address.bits() &&
          std::any_of(nic.addresses.begin(), nic.addresses.end(),
                      [&](const SeenAddress& each) { return each.prefix.address == to.address; }));
}

void read_route(const JsonReader& route, std::vector<SeenNic>& nics) {
  const std::string device = route.at("iface").string();
  const auto nic = std::find_if(nics.begin(), nics.end(),
                                [&](const SeenNic& each) { return each.name == device; });
  if (nic == nics.end()) return;
  const IpPrefix to = destination(route);
  const bool ipv6 = to.family() == Family::kIpv6;
  auto via = route.find_checked<IpAddress>(ipv6 ? "nexthop" : "gateway");
  if (via && via->is_any()) via.reset();
  if (!via && is_own(to, *nic)) return;
  nic->routes->push_back({to, via, route.at("metric").u32(), ""});
}

}  // namespace

GuestState parse_agent_state(const std::string& interfaces,
                             const std::optional<std::string>& routes) {
  GuestState state = state_of_agent();
  const Json answer = parse_json(interfaces, kInterfaces);
  for (const JsonReader& each : JsonReader(answer, kInterfaces).at("return").elements()) {
    read_interface(each, state);
  }
  if (!routes) return state;
  for (SeenNic& nic : state.nics) nic.routes.emplace();
  const Json route_answer = parse_json(*routes, kRoutes);
  for (const JsonReader& each : JsonReader(route_answer, kRoutes).at("return").elements()) {
    read_route(each, state.nics);
  }
  mark_implied_routes(state.nics);
  return state;
}

GuestState parse_vmi_agent_state(const std::string& vmi) {
  const Json parsed = parse_json(vmi, "VMI");
  const auto status = JsonReader(parsed, "VMI").find("status");
  const auto interfaces = status ? status->find("interfaces") : std::nullopt;
  GuestState state = state_of_agent();
  for (const JsonReader& each : interfaces ? interfaces->elements() : std::vector<JsonReader>{}) {
    const auto mac = mac_of(each.string_or_empty("mac"));
    if (!mac || each.string_or_empty("infoSource").find("guest-agent") == std::string::npos) {
      continue;
    }
    SeenNic nic;
    nic.name = each.string_or_empty("interfaceName");
    nic.mac = *mac;
    const auto addresses = each.find("ipAddresses");
    for (const JsonReader& text : addresses ? addresses->elements() : std::vector<JsonReader>{}) {
      const auto address = text.checked<IpAddress>();
      add_address({address, address.bits()}, false, nic);
    }
    state.nics.push_back(std::move(nic));
  }
  if (!state.nics.empty()) return state;
  throw Error(Errc::kNotFound,
              "expected an interface with \"guest-agent\" in its infoSource, found none: the guest "
              "runs no agent, or KubeVirt has not heard of it yet; look at the console instead "
              "(--console)",
              "VMI.status.interfaces");
}

}  // namespace patchbay
