#include "binding/lro.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "binding/net_namespace.h"
#include "plan/error.h"

namespace patchbay {
namespace {

// Returns errno, 0 for done.
int ethtool(const IfName& link, ethtool_value& value) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return errno;
  ifreq request{};
  std::memcpy(request.ifr_name, link.c_str(), link.str().size());
  request.ifr_data = reinterpret_cast<char*>(&value);
  return ioctl(socket.get(), SIOCETHTOOL, &request) == 0 ? 0 : errno;
}

[[noreturn]] void fail(const char* what, const IfName& link, int error) {
  throw Error(Errc::kKernel, std::string("could not ") + what + " large receive offload of link " +
                                 link.str() + " (ethtool): " + std::strerror(error));
}

}  // namespace

bool read_lro(const IfName& link) {
  ethtool_value flags{.cmd = ETHTOOL_GFLAGS, .data = 0};
  const int error = ethtool(link, flags);
  if (error == EOPNOTSUPP || error == ENODEV) return false;  // gone meanwhile
  if (error != 0) fail("read", link, error);
  return (flags.data & ETH_FLAG_LRO) != 0;
}

void set_lro(const IfName& link, bool on) {
  ethtool_value flags{.cmd = ETHTOOL_GFLAGS, .data = 0};
  if (const int error = ethtool(link, flags); error != 0) fail("read", link, error);
  const uint32_t wanted = on ? flags.data | ETH_FLAG_LRO : flags.data & ~uint32_t{ETH_FLAG_LRO};
  ethtool_value change{.cmd = ETHTOOL_SFLAGS, .data = wanted};
  if (const int error = ethtool(link, change); error != 0) fail("set", link, error);
}

}  // namespace patchbay
