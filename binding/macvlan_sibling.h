// A second macvlan on the lower device of the pod's one, with a MAC of its own, for as long as this
// object lives: a macvlan passes no frame for another MAC, however promiscuous. It lies in a
// nameless network namespace, so that the pod never shows it and nothing is left even of a killed
// process. It says nothing by itself. Private to binding/.
#pragma once

#include "binding/net_namespace.h"
#include "binding/netlink_socket.h"
#include "plan/net_types.h"

namespace patchbay {

class MacvlanSibling {
 public:
  // `socket` was opened in `pod`, where the macvlan or macvtap has the number `index`. Up, with
  // `mac`, and in mode bridge: what it sends reaches all others on the lower device, the pod's one
  // too, and the network. Throws Error{kKernel}.
  MacvlanSibling(NetlinkSocket& socket, const NetNamespace& pod, int index, const Mac& mac);

  const NetNamespace& inside() const { return aside_; }
  const IfName& name() const { return name_; }

 private:
  const IfName name_;
  const NetNamespace aside_;
};

}  // namespace patchbay
