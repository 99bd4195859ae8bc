#include "plan/annotation.h"

#include <algorithm>
#include <array>

#include "plan/host_address.h"
#include "plan/ip_config_json.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr size_t kMaxAnnotationBytes = size_t{256} << 10;  // Kubernetes allows no more in all

template <typename Method, size_t N>
Method read_method(const JsonReader& reader, const std::array<Method, N>& methods) {
  std::string known;
  for (const Method method : methods) {
    if (reader.string() == name(method)) return method;
    known += (known.empty() ? "" : ", ") + std::string(name(method));
  }
  reader.refuse("one of " + known);
}

Route gateway_route(const JsonReader& reader, Family family) {
  const auto gateway = reader.checked<IpAddress>();
  if (gateway.family() != family || gateway.is_any() || gateway.is_multicast()) {
    reader.refuse("an " + std::string(name(family)) + " unicast address");
  }
  Route route;
  route.to = {IpAddress::any(family), 0};
  route.via = gateway;
  return route;
}

Route read_wished_route(const JsonReader& reader) {
  reader.only({"to", "via", "metric"});
  Route route = read_route(reader, kRouteKeys);
  if (route.to.network() != route.to) {
    reader.at("to").refuse("a network, whose host bits are zero, such as " +
                           route.to.network().to_string());
  }
  return route;
}

std::vector<IpPrefix> read_addresses(const JsonReader& reader) {
  std::vector<IpPrefix> addresses;
  for (const JsonReader& each : reader.elements()) {
    const auto prefix = each.checked<IpPrefix>();
    const IpAddress& address = prefix.address;
    const std::string expected = expected_of_host(prefix);
    if (!expected.empty()) each.refuse(expected);
    const bool twice = std::any_of(addresses.begin(), addresses.end(),
                                   [&](const IpPrefix& a) { return a.address == address; });
    if (twice) each.refuse("each address once");
    addresses.push_back(prefix);
  }
  return addresses;
}

bool has_family(const std::vector<IpPrefix>& addresses, Family family) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [family](const IpPrefix& a) { return a.family() == family; });
}

// "static" is implied by an address; another method beside one is a contradiction.
template <typename Method>
void settle_method(const JsonReader& reader, std::string_view key, Family family,
                   const std::vector<IpPrefix>& addresses, std::optional<Method>& method) {
  const bool has_address = has_family(addresses, family);
  if (!method && has_address) method = Method::kStatic;
  if (!method || (*method == Method::kStatic) == has_address) return;
  reader.at(key).refuse(
      has_address ? "\"static\", since `addresses` has an " + std::string(name(family)) + " address"
                  : "an " + std::string(name(family)) + " address in `addresses`");
}

std::string read_guest_name(const JsonReader& reader) {
  const std::string guest_name = reader.checked<IfName>().str();
  const bool plain = std::all_of(guest_name.begin(), guest_name.end(), [](char c) {
    return is_ascii_alnum(c) || c == '.' || c == '_' || c == '-';
  });
  // Renaming into the kernel's own ethN collides with the NIC that has that name while udev runs.
  const bool kernels =
      guest_name == "lo" || (guest_name.starts_with("eth") && guest_name.size() > 3 &&
                             guest_name.find_first_not_of("0123456789", 3) == std::string::npos);
  if (!plain || kernels) {
    reader.refuse("a name of letters, digits, '.', '_' and '-' that is not the kernel's own ethN");
  }
  return guest_name;
}

NetworkWishes read_wishes(const JsonReader& reader) {
  reader.only({"ipv4", "ipv6", "addresses", "gateway4", "gateway6", "routes", "dns", "mtu",
               "guestName", "defaultRoute", "sourceRouting"});
  NetworkWishes wishes;
  using enum Ipv6Method;
  if (const auto ipv4 = reader.find("ipv4")) {
    wishes.ipv4 =
        read_method(*ipv4, std::array{Ipv4Method::kStatic, Ipv4Method::kDhcp, Ipv4Method::kNone});
  }
  if (const auto ipv6 = reader.find("ipv6")) {
    wishes.ipv6 = read_method(*ipv6, std::array{kStatic, kAuto, kDhcp, kNone});
  }
  if (const auto addresses = reader.find("addresses"))
    wishes.addresses = read_addresses(*addresses);
  settle_method(reader, "ipv4", Family::kIpv4, wishes.addresses, wishes.ipv4);
  settle_method(reader, "ipv6", Family::kIpv6, wishes.addresses, wishes.ipv6);
  if (const auto gateway = reader.find("gateway4")) {
    wishes.routes.push_back(gateway_route(*gateway, Family::kIpv4));
  }
  if (const auto gateway = reader.find("gateway6")) {
    wishes.routes.push_back(gateway_route(*gateway, Family::kIpv6));
  }
  if (const auto routes = reader.find("routes")) {
    for (const JsonReader& route : routes->elements()) {
      wishes.routes.push_back(read_wished_route(route));
    }
  }
  if (const auto dns = reader.find("dns")) {
    dns->only({"servers", "search"});
    wishes.dns = read_dns(*dns);
  }
  if (const auto mtu = reader.find("mtu")) {
    const bool ipv6 = has_family(wishes.addresses, Family::kIpv6);
    wishes.mtu = static_cast<uint32_t>(mtu->number(ipv6 ? kMinIpv6Mtu : kMinMtu, kMaxMtu));
  }
  if (const auto guest_name = reader.find("guestName")) {
    wishes.guest_name = read_guest_name(*guest_name);
  }
  if (const auto wanted = reader.find("defaultRoute")) wishes.default_route = wanted->boolean();
  wishes.source_routing = reader.true_at("sourceRouting");
  return wishes;
}

Diagnostic mistake(const Error& error, std::string network) {
  return {Severity::kError, std::move(network), error.where(), error.message(),
          "correct the VM's annotation " + std::string(kNetworksAnnotation)};
}

}  // namespace

std::map<std::string, NetworkWishes> parse_networks_annotation(std::string_view json,
                                                               Diagnostics& diagnostics) {
  std::map<std::string, NetworkWishes> wishes;
  if (json.empty()) return wishes;
  const std::string root = "annotation " + std::string(kNetworksAnnotation);
  try {
    const Json parsed = parse_json(json, root, kMaxAnnotationBytes);
    for (const auto& [network, reader] : JsonReader(parsed, root).members()) {
      try {
        wishes.emplace(network, read_wishes(reader));
      } catch (const Error& error) {
        diagnostics.push_back(mistake(error, network));
      }
    }
  } catch (const Error& error) {
    diagnostics.push_back(mistake(error, ""));
  }
  return wishes;
}

}  // namespace patchbay
