#include "binding/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "binding/net_namespace.h"
#include "plan/error.h"

namespace patchbay {

void write_disable_ipv6(const IfName& link, bool disable) {
  const std::string path = "/proc/sys/net/ipv6/conf/" + link.str() + "/disable_ipv6";
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 || write(file.get(), disable ? "1" : "0", 1) != 1) {
    throw Error(Errc::kKernel,
                std::string("could not switch IPv6 ") + (disable ? "off" : "on") + " on link " +
                    link.str() + ": " + std::strerror(errno),
                path);
  }
}

}  // namespace patchbay
