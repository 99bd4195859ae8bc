#include "binding/pod_reader.h"

#include <algorithm>

#include "binding/net_namespace.h"
#include "binding/rtnetlink_read.h"

namespace patchbay {
namespace {

PodLink pod_link(const IndexedLink& link, const std::vector<IndexedAddress>& addresses,
                 const std::vector<IndexedRoute>& routes) {
  const LinkState& state = link.state;
  PodLink out{.name = state.name,
              .kind = state.kind,
              .mac = state.mac,
              .mtu = state.mtu,
              .up = state.up,
              .alias = state.alias};
  out.multi_queue = state.tun && state.tun->multi_queue;
  for (const IndexedAddress& a : addresses) {
    const bool wanted = a.index == link.index && !a.address.kernel_made &&
                        !is_eui64_link_local(a.address.prefix.address, state.mac);
    if (wanted) out.addresses.push_back(a.address.prefix);
  }
  for (const IndexedRoute& r : routes) {
    if (r.index == link.index && r.route.route) out.routes.push_back(*r.route.route);
  }
  return out;
}

}  // namespace

PodState read_pod_state() {
  NetlinkSocket socket;
  const auto links = read_links(socket);
  const auto addresses = read_addresses(socket, kAllLinks);
  const auto routes = read_routes(socket, kAllLinks);
  PodState pod;
  for (const IndexedLink& link : links) pod.links.push_back(pod_link(link, addresses, routes));
  return pod;
}

PodState read_pod_state(const std::string& path) {
  const NetNamespace pod(path);
  const NetNamespace::Scope inside(pod);
  return read_pod_state();
}

}  // namespace patchbay
