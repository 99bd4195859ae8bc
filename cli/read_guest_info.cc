// What VMware Tools report of a guest: vSphere API, GuestInfo. All of it comes from inside the
// guest, so what is no address or no MAC is set aside, and the file is read on.
#include <cstdlib>

#include "cli/read_json.h"

namespace patchbay::cli {
namespace {

bool enabled(const JsonReader& config, std::string_view family) {
  const auto dhcp = deep(config, {"dhcp", family});
  return dhcp && dhcp->true_at("enable");
}

GuestDns read_dns(GuestReport& report, const JsonReader& config) {
  GuestDns dns;
  for (const JsonReader& server : list(config, "ipAddress")) {
    if (const auto address = address_if_any(report, server.string())) {
      dns.servers.push_back(*address);
    }
  }
  for (const JsonReader& domain : list(config, "searchDomain")) {
    dns.search.push_back(domain.string());
  }
  return dns;
}

void read_addresses(GuestReport& report, const JsonReader& config, GuestNic& nic) {
  for (const JsonReader& entry : list(config, "ipAddress")) {
    GuestAddress address;
    if (const auto length = entry.find("prefixLength")) {
      address.length = static_cast<uint8_t>(length->number(0, 128));
    }
    address.origin = entry.string_or_empty("origin");
    address.state = entry.string_or_empty("state");
    address.lifetime = entry.find("lifetime").has_value();
    add_address(report, nic, entry.string_or_empty("ipAddress"), address);
  }
  nic.dhcp4 = enabled(config, "ipv4");
  nic.dhcp6 = enabled(config, "ipv6");
}

// Without ipConfig, as old Tools write it, addresses have neither length nor origin.
void read_nic(GuestReport& report, const JsonReader& entry) {
  GuestNic& nic = report.nics.emplace_back();
  if (const auto key = entry.find("deviceConfigId")) nic.device_key = integer(*key);
  nic.mac = mac_if_any(entry.string_or_empty("macAddress"));
  if (const auto dns = entry.find("dnsConfig")) nic.dns = read_dns(report, *dns);
  if (const auto config = entry.find("ipConfig")) {
    read_addresses(report, *config, nic);
  } else {
    for (const JsonReader& address : list(entry, "ipAddress")) {
      add_address(report, nic, address.string(), {});
    }
  }
}

std::optional<size_t> device_index(const JsonReader& gateway) {
  const std::string text = gateway.string_or_empty("device");
  if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != text.npos) {
    return std::nullopt;
  }
  return std::strtoul(text.c_str(), nullptr, 10);
}

void read_routes(GuestReport& report, const JsonReader& stack) {
  const auto config = stack.find("ipRouteConfig");
  if (!config) return;
  for (const JsonReader& entry : list(*config, "ipRoute")) {
    const auto to = address_if_any(report, entry.string_or_empty("network"));
    if (!to) continue;
    GuestRoute route;
    route.to = {*to, static_cast<uint8_t>(entry.at("prefixLength").number(0, to->bits()))};
    if (const auto gateway = entry.find("gateway")) {
      route.via = address_if_any(report, gateway->string_or_empty("ipAddress"));
      route.device = device_index(*gateway);
    }
    report.routes.push_back(route);
  }
}

}  // namespace

GuestReport read_guest_info(const JsonReader& guest, const std::string& source) {
  GuestReport report;
  report.source = source;
  for (const JsonReader& entry : list(guest, "net")) read_nic(report, entry);
  for (const JsonReader& stack : list(guest, "ipStack")) {
    read_routes(report, stack);
    const auto dns = stack.find("dnsConfig");
    if (dns && report.dns.empty()) report.dns = read_dns(report, *dns);
  }
  return report;
}

}  // namespace patchbay::cli
