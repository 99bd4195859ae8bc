// Which of a NIC's routes its guest can be told, and which one default route of a family the VM
// keeps.
#pragma once

#include <vector>

#include "cloudinit/guest_nic.h"

namespace patchbay::cloudinit {

struct GuestRoutes {
  std::vector<GuestRoute> routes;
  std::vector<GuestRule> rules;

  bool operator==(const GuestRoutes&) const = default;
};

// A gateway outside the NIC's subnets comes after a route to itself on the link, which every
// renderer but eni takes as one via 0.0.0.0. For IPv6 only netplan has a word for that.
//
// Left out with a diagnostic:
// - all default routes of a family but one, the preferred network's. cloud-init 22.4 drops the
//   metric of a v2 route in every renderer but netplan's (canonical/cloud-init#4217, right in
//   25.1), and the sysconfig renderer turns DHCP's default route off once there is a static one: a
//   second choice would become the first and cut the VM off the network it should use;
// - routes on the link that the guest has no word for, and with those, as an error, a gateway that
//   only such a route could reach;
// - routes of a table that is not the main one;
// - in v1 and network_data.json, routes of a family in which the NIC gets no address;
// - the attributes mtu, advmss and scope;
// - for Windows, everything but default routes beside a static address of their family:
//   cloudbase-init reads no other.
//
// Source routing gives the NIC a table of its own with all its routes, and a rule for each of its
// addresses. Only netplan has words for it: an error for every other guest.
GuestRoutes guest_routes(const NetworkPlan& plan, const Attachment& attachment, Format format,
                         Diagnostics& diagnostics);

}  // namespace patchbay::cloudinit
