// A plan with what there is to say.
#pragma once

#include "plan/network_plan.h"

namespace patchbay::fuzz {

inline NetworkPlan plan() {
  Attachment blue;
  blue.network = "blue";
  blue.binding = "patchbay";
  blue.ours = true;
  blue.pod_interface = IfName::parse("pod16477688c0e");
  blue.tap = IfName::parse("tap16477688c0e");
  blue.mac = Mac::parse("02:00:00:00:00:62");
  blue.mtu = 1450;
  blue.ipv4 = Ipv4Method::kStatic;
  blue.ipv6 = Ipv6Method::kStatic;
  blue.addresses = {{IpPrefix::parse("192.168.0.62/26")}, {IpPrefix::parse("fd00::62/64")}};
  blue.routes = {Route{.to = IpPrefix::parse("0.0.0.0/0"), .via = IpAddress::parse("192.168.0.2")}};
  blue.dns.servers = {IpAddress::parse("10.0.0.53")};
  blue.dns.search = {"corp.example"};
  return {.vmi = "default/vm", .order = {"blue"}, .attachments = {blue}};
}

}  // namespace patchbay::fuzz
