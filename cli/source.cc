#include "cli/source.h"

#include <bit>
#include <charconv>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {

std::string normal_uuid(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (is_ascii_alnum(c)) digits += ascii_lower(c);
  }
  return digits;
}

std::string guest_of(std::string_view id) {
  const std::string lower = lower_case(id);
  if (lower.empty() || lower.starts_with("win")) return lower.empty() ? "" : "windows";
  if (lower.find("linux") != std::string::npos) return "linux";
  for (const std::string_view other :
       {"other", "unknown", "darwin", "freebsd", "solaris", "netware", "os2", "vmkernel", "dos"}) {
    if (lower.starts_with(other)) return "other";
  }
  return "linux";
}

std::optional<Mac> mac_if_any(std::string_view text) {
  try {
    const Mac mac = Mac::parse(text);
    return mac.is_zero() ? std::nullopt : std::optional(mac);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<IpAddress> address_if_any(GuestReport& report, std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (report.addresses_read == kMaxGuestAddresses) {
    report.set_aside.push_back("addresses after the first " + std::to_string(kMaxGuestAddresses));
  }
  if (report.addresses_read++ >= kMaxGuestAddresses) return std::nullopt;
  try {
    return IpAddress::parse(text.substr(0, text.find('%')));
  } catch (const Error&) {
    report.set_aside.push_back(std::string(text) + " (no address)");
    return std::nullopt;
  }
}

void add_address(GuestReport& report, GuestNic& nic, std::string_view text, GuestAddress address) {
  const auto parsed = address_if_any(report, text);
  if (!parsed) return;
  address.address = *parsed;
  if (address.length && *address.length > parsed->bits()) address.length.reset();
  nic.addresses.push_back(address);
}

std::optional<uint8_t> prefix_length(std::string_view text) {
  uint8_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (!text.empty() && error == std::errc{} && end == text.data() + text.size()) {
    return length <= 128 ? std::optional(length) : std::nullopt;
  }
  GuestReport unused;
  const auto mask = address_if_any(unused, text);
  if (!mask || mask->family() != Family::kIpv4) return std::nullopt;
  uint32_t bits = 0;
  for (size_t i = 0; i < mask->size(); ++i) bits = (bits << 8) | mask->bytes()[i];
  const int ones = std::countl_one(bits);
  if (ones < 32 && (bits << ones) != 0) return std::nullopt;
  return static_cast<uint8_t>(ones);
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  constexpr std::string_view kSeparators = " \t\r\n,;";
  while (true) {
    const size_t start = text.find_first_not_of(kSeparators);
    if (start == std::string_view::npos) return found;
    text.remove_prefix(start);
    found.emplace_back(text.substr(0, text.find_first_of(kSeparators)));
    text.remove_prefix(found.back().size());
  }
}

GuestDns parse_dns(GuestReport& report, std::string_view servers, std::string_view search) {
  GuestDns dns;
  for (const std::string& word : words(servers)) {
    if (const auto address = address_if_any(report, word)) dns.servers.push_back(*address);
  }
  dns.search = words(search);
  return dns;
}

namespace {

void add_family(GuestReport& report, GuestNic& nic, const std::string& protocol,
                const std::string& text, const std::string& netmask, const std::string& gateway) {
  if (protocol != "static") return;
  GuestAddress address;
  address.length = prefix_length(netmask);
  address.origin = "manual";
  add_address(report, nic, text, address);
  if (const auto via = address_if_any(report, gateway)) {
    report.routes.push_back({{IpAddress::any(via->family()), 0}, via, report.nics.size()});
  }
}

constexpr uint64_t kMostProcessors = 10000;
constexpr uint64_t kMostCounted = uint64_t{1} << 50;  // bytes of memory

}  // namespace

uint64_t count_of(std::string_view text) {
  uint64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  return error == std::errc() && rest == end && count <= kMostCounted ? count : 0;
}

void set_processors(VmReading& vm, uint64_t cpus, uint64_t cores_per_socket) {
  if (cpus > kMostProcessors) cpus = 0;
  const bool shared_out = cores_per_socket != 0 && cpus % cores_per_socket == 0;
  vm.cores = cpus == 0 ? 0 : shared_out ? cores_per_socket : 1;
  vm.sockets = cpus == 0 ? 0 : cpus / vm.cores;
}

void add_configured(GuestReport& report, const ConfiguredNic& configured) {
  GuestNic nic;
  nic.name = configured.name;
  nic.nic_index = configured.index;
  nic.dhcp4 = configured.protocol4 == "dhcp";
  nic.dhcp6 = configured.protocol6 == "dhcp";
  nic.dns = configured.dns;
  add_family(report, nic, configured.protocol4, configured.address4, configured.netmask4,
             configured.gateway4);
  add_family(report, nic, configured.protocol6, configured.address6, configured.netmask6,
             configured.gateway6);
  report.nics.push_back(nic);
}

}  // namespace patchbay::cli
