#include "binding/rtnetlink_read.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace patchbay {
namespace {

std::optional<IndexedLink> read_one(NetlinkSocket& socket, const NetlinkMessage& request,
                                    const std::string& what) {
  std::optional<IndexedLink> link;
  const NetlinkAnswer answer =
      socket.exchange(request, [&link](const nlmsghdr& message) { link = decode_link(message); });
  if (answer.error == ENODEV) return std::nullopt;
  answer.must_be_ok("read link " + what);
  if (!link) {
    throw Error(Errc::kKernel, "could not read link " + what + ": the kernel's answer has none");
  }
  return link;
}

// Kernels without strict checking send every link's: filtered here as well.
template <typename Indexed>
bool belongs(const std::optional<Indexed>& found, int link) {
  return found && (link == kAllLinks || found->index == link);
}

std::vector<IndexedAddress> dump_addresses(NetlinkSocket& socket, uint8_t family, int link) {
  std::vector<IndexedAddress> addresses;
  const auto request = [&] {
    ifaddrmsg header{};
    header.ifa_family = family;
    header.ifa_index = static_cast<uint32_t>(link);
    NetlinkMessage message(RTM_GETADDR, NLM_F_DUMP);
    message.header(header);
    return message;
  };
  socket.dump(
      "read addresses", request, [&] { addresses.clear(); },
      [&](const nlmsghdr& message) {
        auto found = decode_address(message);
        // A kernel without IPv6 answers for all families instead.
        const auto wanted = family == AF_INET ? Family::kIpv4 : Family::kIpv6;
        if (belongs(found, link) && found->address.prefix.family() == wanted) {
          addresses.push_back(std::move(*found));
        }
      });
  return addresses;
}

void dump_routes(NetlinkSocket& socket, uint8_t family, int link,
                 std::vector<IndexedRoute>& routes) {
  const size_t before = routes.size();
  const auto request = [&] {
    rtmsg header{};
    header.rtm_family = family;
    NetlinkMessage message(RTM_GETROUTE, NLM_F_DUMP);
    message.header(header);
    if (link != kAllLinks) message.u32(RTA_OIF, static_cast<uint32_t>(link));
    return message;
  };
  socket.dump(
      "read routes", request,
      [&] { routes.erase(routes.begin() + static_cast<ptrdiff_t>(before), routes.end()); },
      [&](const nlmsghdr& message) {
        const auto* header = header_of<rtmsg>(message);
        if (header == nullptr || header->rtm_family != family) return;
        auto found = decode_route(message);
        if (belongs(found, link)) routes.push_back(std::move(*found));
      });
}

}  // namespace

std::optional<IndexedLink> read_link(NetlinkSocket& socket, const IfName& name) {
  NetlinkMessage request(RTM_GETLINK, 0);
  request.header(ifinfomsg{}).string(IFLA_IFNAME, name.str());
  return read_one(socket, request, name.str());
}

std::optional<IndexedLink> read_link(NetlinkSocket& socket, int index) {
  ifinfomsg header{};
  header.ifi_index = index;
  NetlinkMessage request(RTM_GETLINK, 0);
  request.header(header);
  return read_one(socket, request, "number " + std::to_string(index));
}

std::vector<IndexedLink> read_links(NetlinkSocket& socket) {
  std::vector<IndexedLink> links;
  const auto request = [] {
    NetlinkMessage message(RTM_GETLINK, NLM_F_DUMP);
    message.header(ifinfomsg{});
    return message;
  };
  socket.dump(
      "read links", request, [&] { links.clear(); },
      [&](const nlmsghdr& message) {
        if (auto link = decode_link(message)) links.push_back(std::move(*link));
      });
  std::sort(links.begin(), links.end(),
            [](const IndexedLink& a, const IndexedLink& b) { return a.index < b.index; });
  return links;
}

std::vector<IndexedAddress> read_addresses(NetlinkSocket& socket, int link) {
  std::vector<IndexedAddress> addresses = dump_addresses(socket, AF_INET, link);
  // net/ipv6/addrconf.c, ipv6_link_dev_addr: of one scope, the newest comes first.
  std::vector<IndexedAddress> newest_first = dump_addresses(socket, AF_INET6, link);
  addresses.insert(addresses.end(), newest_first.rbegin(), newest_first.rend());
  return addresses;
}

std::vector<IndexedRoute> read_routes(NetlinkSocket& socket, int link) {
  std::vector<IndexedRoute> routes;
  dump_routes(socket, AF_INET, link, routes);
  dump_routes(socket, AF_INET6, link, routes);
  return routes;
}

}  // namespace patchbay
