#include "binding/redirect.h"

namespace patchbay {

std::vector<Step> redirect_steps(const Attachment& attachment) {
  const IfName& nic = attachment.pod_interface;
  const IfName& tap = attachment.tap;
  std::vector<IpPrefix> addresses;
  for (const PlannedAddress& address : attachment.addresses) addresses.push_back(address.prefix);
  return {
      MakeTap{tap, kLauncherUid, kLauncherUid, attachment.mtu},
      Redirect{nic, tap},
      Redirect{tap, nic},
      // Macvlan, VFs and devices filter groups, IPv6 neighbour discovery with them; to a veth it is
      // one flag.
      ReceiveAllMulticast{nic},
      Park{nic, addresses},
      SetUp{nic},
      SetUp{tap},
  };
}

}  // namespace patchbay
