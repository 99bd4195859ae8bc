#include "binding/tap.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "binding/net_namespace.h"
#include "plan/error.h"

namespace patchbay {
namespace {

constexpr const char* kTunDevice = "/dev/net/tun";

[[noreturn]] void fail(const IfName& name, const char* what, const char* hint = "") {
  throw Error(Errc::kKernel, "could not make the tap " + name.str() + ": " + what + ": " +
                                 std::strerror(errno) + hint);
}

}  // namespace

void make_persistent_tap(const IfName& name, const TapOptions& options) {
  const FileDescriptor tun(open(kTunDevice, O_RDWR | O_CLOEXEC));
  if (tun.get() < 0) {
    fail(name, kTunDevice, errno == ENOENT ? "; load the kernel module tun on this node" : "");
  }
  ifreq request{};
  std::memcpy(request.ifr_name, name.c_str(), name.str().size());
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  if (options.multi_queue) request.ifr_flags |= IFF_MULTI_QUEUE;
  if (ioctl(tun.get(), TUNSETIFF, &request) != 0) fail(name, "TUNSETIFF");
  if (ioctl(tun.get(), TUNSETOWNER, static_cast<unsigned long>(options.owner)) != 0) {
    fail(name, "TUNSETOWNER");
  }
  if (ioctl(tun.get(), TUNSETGROUP, static_cast<unsigned long>(options.group)) != 0) {
    fail(name, "TUNSETGROUP");
  }
  if (ioctl(tun.get(), TUNSETPERSIST, 1UL) != 0) fail(name, "TUNSETPERSIST");
}

}  // namespace patchbay
