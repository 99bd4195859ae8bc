// Plans written by hand, short: what the tests of cloudinit/ start from.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/network_plan.h"

namespace patchbay::cloudinit {

inline Attachment nic(std::string network, const std::string& mac) {
  Attachment attachment;
  attachment.network = std::move(network);
  attachment.binding = "patchbay";
  attachment.ours = true;
  attachment.mac = Mac::parse(mac);
  return attachment;
}

inline Attachment static_nic(std::string network, const std::string& mac,
                             const std::vector<std::string>& addresses) {
  Attachment attachment = nic(std::move(network), mac);
  for (const std::string& text : addresses) {
    const IpPrefix prefix = IpPrefix::parse(text);
    attachment.addresses.push_back({prefix, Source::kRecord});
    if (prefix.family() == Family::kIpv4) attachment.ipv4 = Ipv4Method::kStatic;
    if (prefix.family() == Family::kIpv6) attachment.ipv6 = Ipv6Method::kStatic;
  }
  return attachment;
}

inline Attachment dhcp_nic(std::string network, const std::string& mac) {
  Attachment attachment = nic(std::move(network), mac);
  attachment.ipv4 = Ipv4Method::kDhcp;
  return attachment;
}

inline Route route(const std::string& to, const std::string& via) {
  Route made;
  made.to = IpPrefix::parse(to);
  made.via = IpAddress::parse(via);
  return made;
}

inline Route on_link_route(const std::string& to) {
  Route made;
  made.to = IpPrefix::parse(to);
  return made;
}

inline NetworkPlan plan_of(std::vector<Attachment> attachments, std::vector<OtherNic> others = {}) {
  NetworkPlan plan;
  plan.vmi = "default/vm";
  plan.attachments = std::move(attachments);
  plan.others = std::move(others);
  return plan;
}

inline const OtherNic kPodNetwork{"default", "masquerade", Mac::parse("02:00:00:0a:0b:0c"), {}};

struct Scenario {
  std::string name;  // of tests/cloudinit/golden/*/NAME.*
  NetworkPlan plan;
};

// Each form that a NIC can have, and the demo's VM; one that is for one guest alone says so in its
// plan. tests/net_convert_test.py gives the golden files to cloud-init's own renderers.
std::vector<Scenario> scenarios();

}  // namespace patchbay::cloudinit
