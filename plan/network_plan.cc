#include "plan/network_plan.h"

namespace patchbay {

std::string_view name(Backend backend) {
  switch (backend) {
    case Backend::kRedirect:
      return "redirect";
    case Backend::kBridge:
      return "bridge";
    case Backend::kTap:
      return "tap";
    case Backend::kMacvtap:
      return "macvtap";
    case Backend::kCore:
      return "core";
  }
  return "core";
}

std::optional<Backend> backend_named(std::string_view text) {
  for (const Backend backend :
       {Backend::kRedirect, Backend::kBridge, Backend::kTap, Backend::kMacvtap, Backend::kCore}) {
    if (name(backend) == text) return backend;
  }
  return std::nullopt;
}

std::string_view name(MacSource source) {
  switch (source) {
    case MacSource::kSpec:
      return "spec";
    case MacSource::kStatus:
      return "status";
    case MacSource::kNetworkInfo:
      return "network-info";
    case MacSource::kRecord:
      return "record";
    case MacSource::kPodInterface:
      return "pod interface";
    case MacSource::kNetworkStatus:
      return "network-status";
  }
  return "pod interface";
}

std::string to_string(const PlannedAddress& address) {
  return address.prefix.to_string() + " (" + std::string(name(address.source)) + ")";
}

bool learns_routes(const Attachment& attachment, Family family) {
  if (family == Family::kIpv4) return attachment.ipv4 == Ipv4Method::kDhcp;
  return attachment.ipv6 == Ipv6Method::kAuto || attachment.ipv6 == Ipv6Method::kDhcp;
}

Record record_of(const Attachment& attachment) {
  Record record;
  record.mac = attachment.mac;
  record.mtu = attachment.mtu;
  for (const PlannedAddress& address : attachment.addresses) record.ips.push_back(address.prefix);
  record.routes = attachment.routes;
  record.dns = attachment.dns;
  record.ipam = attachment.ipam;
  record.backend = name(attachment.backend);
  record.why = attachment.backend_reason;
  record.wiring = attachment.wiring;
  return record;
}

}  // namespace patchbay
