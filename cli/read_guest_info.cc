// What VMware Tools report of a guest: vSphere API, GuestInfo. All of it comes from inside the
// guest, so what is no address, no MAC, or too much is set aside, and the file is read on.
#include <cstdlib>

#include "cli/read_json.h"

namespace patchbay::cli {
namespace {

constexpr int kMaxLength = 128;  // of either family

// As list(), without what is beyond its limit.
std::vector<JsonReader> entries(GuestReport& report, const JsonReader& reader,
                                std::string_view key) {
  const auto found = reader.find(key);
  if (!found) return {};
  std::vector<JsonReader> elements = found->elements();
  if (elements.size() > kMaxGuestEntries) {
    report.set_aside.push_back(std::string(key) + " after the first " +
                               std::to_string(kMaxGuestEntries));
    elements.erase(elements.begin() + kMaxGuestEntries, elements.end());
  }
  return elements;
}

// That of `address`, which is set aside with a length that no address of `bits` has.
std::optional<uint8_t> length_if_any(GuestReport& report, const JsonReader& entry,
                                     const std::string& address, int bits) {
  const int64_t length = integer(entry.at("prefixLength"));
  if (length >= 0 && length <= bits) return static_cast<uint8_t>(length);
  report.set_aside.push_back(address + "/" + std::to_string(length) + " (no prefix length)");
  return std::nullopt;
}

bool enabled(const JsonReader& config, std::string_view family) {
  const auto dhcp = deep(config, {"dhcp", family});
  return dhcp && dhcp->true_at("enable");
}

GuestDns read_dns(GuestReport& report, const JsonReader& config) {
  GuestDns dns;
  for (const JsonReader& server : entries(report, config, "ipAddress")) {
    if (const auto address = address_if_any(report, server.string())) {
      dns.servers.push_back(*address);
    }
  }
  for (const JsonReader& domain : entries(report, config, "searchDomain")) {
    dns.search.push_back(domain.string());
  }
  return dns;
}

void read_addresses(GuestReport& report, const JsonReader& config, GuestNic& nic) {
  for (const JsonReader& entry : entries(report, config, "ipAddress")) {
    const std::string text = entry.string_or_empty("ipAddress");
    GuestAddress address;
    if (entry.find("prefixLength")) {
      address.length = length_if_any(report, entry, text, kMaxLength);
      if (!address.length) continue;
    }
    address.origin = entry.string_or_empty("origin");
    address.state = entry.string_or_empty("state");
    address.lifetime = entry.find("lifetime").has_value();
    add_address(report, nic, text, address);
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
    for (const JsonReader& address : entries(report, entry, "ipAddress")) {
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
  for (const JsonReader& entry : entries(report, *config, "ipRoute")) {
    const std::string network = entry.string_or_empty("network");
    const auto to = address_if_any(report, network);
    const auto length = to ? length_if_any(report, entry, network, to->bits()) : std::nullopt;
    if (!length) continue;
    GuestRoute route;
    route.to = {*to, *length};
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
  for (const JsonReader& entry : entries(report, guest, "net")) read_nic(report, entry);
  for (const JsonReader& stack : entries(report, guest, "ipStack")) {
    read_routes(report, stack);
    const auto dns = stack.find("dnsConfig");
    if (dns && report.dns.empty()) report.dns = read_dns(report, *dns);
  }
  return report;
}

}  // namespace patchbay::cli
