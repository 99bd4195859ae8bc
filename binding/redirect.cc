#include "binding/redirect.h"

#include "plan/names.h"

namespace patchbay {

TapOptions tap_options(const Attachment& attachment, const std::string& selinux_context) {
  return {.owner = kLauncherUid,
          .group = kLauncherUid,
          .multi_queue = attachment.wiring.multi_queue,
          .selinux_context = selinux_context};
}

std::vector<IpPrefix> prefixes_of(const Attachment& attachment) {
  std::vector<IpPrefix> prefixes;
  for (const PlannedAddress& address : attachment.addresses) prefixes.push_back(address.prefix);
  return prefixes;
}

std::vector<Step> redirect_steps(const Attachment& attachment, const std::string& selinux_context,
                                 const std::optional<GuestPort>& port) {
  const IfName& nic = attachment.pod_interface;
  const IfName& tap = attachment.tap;
  const Wiring& wiring = attachment.wiring;
  // CNI's dhcp daemon renews the lease through the NIC, and releases it there after our DEL.
  const bool leased = attachment.ipam == "dhcp";
  std::vector<Step> steps{MakeTap{tap, tap_options(attachment, selinux_context), attachment.mtu},
                          Redirect{nic, tap, wiring.trunk, leased},
                          Redirect{tap, nic, wiring.trunk, false, port}};
  // Macvlan, VFs and devices filter groups, IPv6 neighbour discovery with them; to a veth it is one
  // flag.
  if (!wiring.lent) steps.emplace_back(ReceiveAllMulticast{nic});
  if (wiring.lro) steps.emplace_back(TurnOffLro{nic});
  if (wiring.keeps_addresses) {
    steps.emplace_back(KeepSilent{nic, prefixes_of(attachment)});
  } else {
    steps.emplace_back(Park{nic, prefixes_of(attachment), leased});
  }
  steps.emplace_back(SetUp{nic, leased});
  // Undone while the NIC is up: a driver's filter of MACs does not change while it is down.
  if (wiring.lent) steps.emplace_back(MakeListener{link_names_beside(nic).listener, nic});
  steps.emplace_back(SetUp{tap});
  return steps;
}

}  // namespace patchbay
