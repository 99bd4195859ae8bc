#include "binding/macvlan_sibling.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "plan/error.h"

namespace patchbay {
namespace {

constexpr const char* kOwnNamespace = "/proc/thread-self/ns/net";
// Too small for IPv6 (RFC 8200, section 5: 1280), so that the link says nothing of its own.
constexpr uint32_t kSilentMtu = 576;

// A namespace without a name: gone with the last descriptor of it.
NetNamespace make_namespace(const NetNamespace& here) {
  const NetNamespace::Scope back_to_where_we_are(here);
  if (unshare(CLONE_NEWNET) != 0) {
    throw Error(Errc::kKernel,
                std::string("could not make a network namespace for the probe of duplicate "
                            "addresses: ") +
                    std::strerror(errno));
  }
  return NetNamespace(kOwnNamespace);
}

FileDescriptor descriptor_of(const NetNamespace& inside) {
  const NetNamespace::Scope scope(inside);
  return FileDescriptor(open(kOwnNamespace, O_RDONLY | O_CLOEXEC));
}

// On top of a macvlan the kernel makes another on the same lower device (drivers/net/macvlan.c,
// macvlan_common_newlink). In mode bridge it reaches the siblings on this node as well as all
// others.
void make_sibling(NetlinkSocket& socket, int index, const NetNamespace& inside, const IfName& name,
                  const Mac& mac) {
  const FileDescriptor target = descriptor_of(inside);
  ifinfomsg header{};
  header.ifi_flags = header.ifi_change = IFF_UP;
  NetlinkMessage request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.header(header)
      .string(IFLA_IFNAME, name.str())
      .u32(IFLA_LINK, static_cast<uint32_t>(index))
      .u32(IFLA_MTU, kSilentMtu)
      .bytes(IFLA_ADDRESS, mac.bytes(), 6)
      .u32(IFLA_NET_NS_FD, static_cast<uint32_t>(target.get()))
      .nest(IFLA_LINKINFO, [](NetlinkMessage& info) {
        info.string(IFLA_INFO_KIND, "macvlan").nest(IFLA_INFO_DATA, [](NetlinkMessage& data) {
          data.u32(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
        });
      });
  socket.exchange(request).must_be_ok(
      "make a macvlan beside the pod's, to probe for duplicate addresses");
}

}  // namespace

MacvlanSibling::MacvlanSibling(NetlinkSocket& socket, const NetNamespace& pod, int index,
                               const Mac& mac)
    : name_(IfName::parse("probe")), aside_(make_namespace(pod)) {
  make_sibling(socket, index, aside_, name_, mac);
}

}  // namespace patchbay
