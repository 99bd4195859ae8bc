#include "sidecar/summary.h"

#include <vector>

#include "plan/text.h"

namespace patchbay::sidecar {
namespace {

std::string guest_side(const Attachment& attachment) {
  std::vector<std::string> parts;
  for (const PlannedAddress& address : attachment.addresses) {
    parts.push_back(to_string(address));
  }
  if (attachment.ipv4 == Ipv4Method::kDhcp) parts.emplace_back("DHCPv4");
  if (attachment.ipv6 == Ipv6Method::kDhcp) parts.emplace_back("DHCPv6");
  if (attachment.ipv6 == Ipv6Method::kAuto) parts.emplace_back("SLAAC");
  return parts.empty() ? "no address" : join(parts);
}

}  // namespace

std::string summary(const NetworkPlan& plan) {
  std::vector<std::string> parts;
  for (const Attachment& attachment : plan.attachments) {
    parts.push_back(attachment.network + ": " + guest_side(attachment));
  }
  return join(parts, "; ");
}

}  // namespace patchbay::sidecar
