#include "binding/delete_links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <string>
#include <vector>

namespace patchbay {

void delete_links(NetlinkSocket& socket, const std::map<int, IfName>& links) {
  // A number that no group of anybody has, since no other link of the namespace has this one.
  const auto group = 0x8000'0000U | static_cast<unsigned>(links.begin()->first);
  std::vector<NetlinkMessage> requests;
  std::string names;
  for (const auto& [index, name] : links) {
    ifinfomsg header{};
    header.ifi_index = index;
    requests.emplace_back(RTM_SETLINK, 0).header(header).u32(IFLA_GROUP, group);
    names += " " + name.str();
  }
  requests.emplace_back(RTM_DELLINK, 0).header(ifinfomsg{}).u32(IFLA_GROUP, group);
  const NetlinkAnswer answer = socket.exchange_all(requests);
  if (answer.error != ENODEV) answer.must_be_ok("delete" + names + ", as one group of links");
}

}  // namespace patchbay
