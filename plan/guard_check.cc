#include "plan/guard_check.h"

#include <algorithm>

#include "plan/text.h"

namespace patchbay {
namespace {

bool lets_out(const Record& record, const IpAddress& address) {
  const auto& allowed = record.wiring.allowed;
  return (address.family() == Family::kIpv6 && address.is_link_local()) ||
         std::any_of(record.ips.begin(), record.ips.end(),
                     [&](const IpPrefix& ip) { return ip.address == address; }) ||
         std::any_of(allowed.begin(), allowed.end(),
                     [&](const IpPrefix& prefix) { return prefix.contains(address); });
}

bool knows_any(const Record& record, Family family) {
  const auto of_family = [family](const IpPrefix& prefix) { return prefix.family() == family; };
  return std::any_of(record.ips.begin(), record.ips.end(), of_family) ||
         std::any_of(record.wiring.allowed.begin(), record.wiring.allowed.end(), of_family);
}

}  // namespace

void judge_guard(const Record& record, const Attachment& attachment, Diagnostics& diagnostics) {
  if (record.wiring.guard != Guard::kFull) return;
  std::vector<std::string> dropped;
  for (const PlannedAddress& each : attachment.addresses) {
    if (!lets_out(record, each.prefix.address)) dropped.push_back(to_string(each));
  }
  if (attachment.ipv4 == Ipv4Method::kDhcp && !knows_any(record, Family::kIpv4)) {
    dropped.emplace_back("what DHCP gives it");
  }
  const bool learns_ipv6 =
      attachment.ipv6 == Ipv6Method::kAuto || attachment.ipv6 == Ipv6Method::kDhcp;
  if (learns_ipv6 && !knows_any(record, Family::kIpv6)) {
    dropped.emplace_back("what routers or DHCPv6 give it");
  }
  if (dropped.empty()) return;
  diagnostics.push_back(
      {Severity::kWarning, attachment.network, "guard",
       "what the guest sends from " + join(dropped) +
           " is dropped at its port: the network's guard \"full\" lets out the addresses that IPAM "
           "gave, and \"allowedAddresses\"",
       "write them, or a prefix that has them, into \"allowedAddresses\" of the network's NAD"});
}

}  // namespace patchbay
