#include "binding/control_read.h"

#include <utility>

#include "binding/filter_decode.h"
#include "binding/traffic_control.h"

namespace patchbay {

std::optional<std::string> read_control(NetlinkSocket& socket, int link, const IfName& name) {
  std::optional<std::string> found;
  socket.dump(
      "read the filters at the egress of " + name.str(),
      [link] { return read_egress_filters_request(link); }, [&found] { found.reset(); },
      [&found](const nlmsghdr& message) {
        if (auto control = decode_control(message)) found = std::move(control);
      });
  return found;
}

}  // namespace patchbay
