#include "sidecar/summary.h"

#include <vector>

namespace patchbay::sidecar {
namespace {

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string guest_side(const Attachment& attachment) {
  std::vector<std::string> parts;
  for (const PlannedAddress& address : attachment.addresses) {
    parts.push_back(address.prefix.to_string() + " (" + std::string(name(address.source)) + ")");
  }
  if (attachment.ipv4 == Ipv4Method::kDhcp) parts.emplace_back("DHCPv4");
  if (attachment.ipv6 == Ipv6Method::kDhcp) parts.emplace_back("DHCPv6");
  if (attachment.ipv6 == Ipv6Method::kAuto) parts.emplace_back("SLAAC");
  return parts.empty() ? "no address" : join(parts, ", ");
}

}  // namespace

std::string summary(const NetworkPlan& plan) {
  std::vector<std::string> parts;
  for (const Attachment& attachment : plan.attachments) {
    parts.push_back(attachment.network + ": " + guest_side(attachment));
  }
  return parts.empty() ? "none" : join(parts, "; ");
}

}  // namespace patchbay::sidecar
