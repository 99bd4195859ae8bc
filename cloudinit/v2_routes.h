// Which of a NIC's routes network-config v2 can say to every guest, and which one default route of
// a family the VM keeps.
#pragma once

#include <string>
#include <vector>

#include "cloudinit/v2_entry.h"

namespace patchbay::cloudinit {

struct V2Routes {
  std::string gateway6;
  std::vector<V2Route> routes;
};

// Left out with a diagnostic:
// - all default routes of a family but one, the preferred network's. cloud-init 22.4 drops the
// metric
//   of a v2 route in every renderer but netplan's (canonical/cloud-init#4217, right in 25.1), and
//   the sysconfig renderer turns DHCP's default route off once there is a static one: a second
//   choice would become the first and cut the VM off the network it should use;
// - routes without gateway beyond the NIC's own subnets (sysconfig's renderer crashes on them), and
//   with that, as an error, a gateway that only such a route could reach;
// - routes of a table that is not the main one;
// - the attributes mtu, advmss and scope.
//
// An IPv6 default route is `gateway6` where the NIC has a static IPv6 address, though newer
// versions call that deprecated: cloud-init before 23.1 writes a route to ::/0 as one to ::/64
// (canonical/cloud-init#4600).
V2Routes v2_routes(const NetworkPlan& plan, const Attachment& attachment, Diagnostics& diagnostics);

}  // namespace patchbay::cloudinit
