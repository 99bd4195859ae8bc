// Pods that the tests of ADD and DEL begin with.
#pragma once

#include <string>

#include "binding/verbs.h"
#include "fake_kernel.h"
#include "plan/names.h"

namespace patchbay {

inline const std::string kNetwork = "blue";
inline const LinkNames kNames = link_names(kNetwork);

// Addresses and routes of both families, as a CNI plugin and somebody's own hand would leave them.
inline FakeKernel::Link& add_nic(FakeKernel& kernel, const std::string& kind = "veth") {
  FakeKernel::Link& nic = kernel.add_link(kNames.pod.str(), kind);
  nic.state.up = true;
  nic.addresses = {
      {IpPrefix::parse("192.168.0.62/26"), false, "label pod"},
      {IpPrefix::parse("192.168.7.62/24"), false, "peer"},
      {IpPrefix::parse("fd00::62/64"), false, "noprefixroute"},
      {IpPrefix::parse("fe80::ff:fe00:62/64"), true, "kernel_ll"},
  };
  nic.routes = {
      {Route{.to = IpPrefix::parse("0.0.0.0/0"), .via = IpAddress::parse("192.168.0.2")}, "r1"},
      {Route{.to = IpPrefix::parse("10.0.0.0/8")}, "r2"},
      {std::nullopt, "two next hops"},
  };
  return nic;
}

inline AttachmentCall call_without_cache() {
  return {.network = kNetwork,
          .names = kNames,
          .container_id = "c0ffee",
          .options = CniOptions{{}, {"/nonexistent/cache"}}};
}

}  // namespace patchbay
