#include "binding/namespace_reader.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "binding/control_read.h"
#include "binding/filter_decode.h"
#include "binding/link_details.h"
#include "binding/lro.h"
#include "binding/net_namespace.h"
#include "binding/netlink_socket.h"
#include "binding/port_control.h"
#include "binding/rtnetlink_read.h"
#include "binding/traffic_control.h"
#include "plan/error.h"

namespace patchbay {
namespace {

constexpr const char* kOwnNamespace = "/proc/thread-self/ns/net";

uint64_t own_id() {
  struct stat status {};
  return stat(kOwnNamespace, &status) == 0 ? status.st_ino : 0;
}

NetlinkMessage links_request(uint8_t family, uint32_t extra) {
  ifinfomsg header{};
  header.ifi_family = family;
  NetlinkMessage message(RTM_GETLINK, NLM_F_DUMP);
  message.header(header);
  if (extra != 0) message.u32(IFLA_EXT_MASK, extra);
  return message;
}

NamespaceView read_links_into_view(NetlinkSocket& socket, uint32_t extra) {
  std::vector<DecodedLink> decoded;
  socket.dump(
      "read links", [extra] { return links_request(AF_UNSPEC, extra); },
      [&decoded] { decoded.clear(); },
      [&decoded](const nlmsghdr& message) {
        if (auto link = decode_seen_link(message)) decoded.push_back(std::move(*link));
      });
  std::sort(decoded.begin(), decoded.end(),
            [](const DecodedLink& a, const DecodedLink& b) { return a.link.index < b.link.index; });
  NamespaceView view{.id = own_id()};
  for (DecodedLink& each : decoded) view.links.push_back(each.link);
  const auto name_of = [&view](int index) {
    const SeenLink* link = find_link(view, index);
    return link == nullptr ? IfName() : link->state.name;
  };
  for (size_t i = 0; i < decoded.size(); ++i) {
    view.links[i].state.master = name_of(decoded[i].master);
    view.links[i].state.lower = name_of(decoded[i].lower);
  }
  return view;
}

SeenLink* at(NamespaceView& view, int index) {
  return const_cast<SeenLink*>(find_link(view, index));
}

void read_vlans(NetlinkSocket& socket, NamespaceView& view) {
  std::vector<DecodedPort> ports;
  socket.dump(
      "read the VLANs of bridges' ports",
      [] { return links_request(AF_BRIDGE, RTEXT_FILTER_BRVLAN_COMPRESSED); },
      [&ports] { ports.clear(); },
      [&ports](const nlmsghdr& message) {
        if (auto port = decode_port(message)) ports.push_back(std::move(*port));
      });
  for (DecodedPort& port : ports) {
    if (SeenLink* link = at(view, port.index)) link->vlans = std::move(port.vlans);
  }
}

void read_ips(NetlinkSocket& socket, NamespaceView& view) {
  for (IndexedAddress& found : read_addresses(socket, kAllLinks)) {
    SeenLink* link = at(view, found.index);
    if (link == nullptr) continue;
    found.address.kernel_made |= is_eui64_link_local(found.address.prefix.address, link->state.mac);
    link->addresses.push_back(std::move(found.address));
  }
  for (IndexedRoute& found : read_routes(socket, kAllLinks)) {
    if (SeenLink* link = at(view, found.index)) link->routes.push_back(std::move(found.route));
  }
}

void read_qdiscs(NetlinkSocket& socket, NamespaceView& view) {
  const auto forget = [&view] {
    for (SeenLink& link : view.links) link.ingress.reset();
  };
  socket.dump("read the qdiscs", read_qdiscs_request, forget, [&view](const nlmsghdr& message) {
    const auto* header = header_of<tcmsg>(message);
    SeenLink* link = header == nullptr ? nullptr : at(view, header->tcm_ifindex);
    const auto kind = link == nullptr ? std::nullopt : decode_ingress_kind(message, link->index);
    if (kind) link->ingress = SeenIngress{.kind = *kind, .all = decode_qdisc_count(message)};
  });
}

void read_filters(NetlinkSocket& socket, NamespaceView& view, SeenLink& link) {
  std::vector<SeenFilter>& filters = link.ingress->filters;
  socket.dump(
      "read the filters of " + link.state.name.str(),
      [&link] { return read_filters_request(link.index); }, [&filters] { filters.clear(); },
      [&](const nlmsghdr& message) {
        auto decoded = decode_filter(message);
        if (!decoded) return;
        const SeenLink* to = find_link(view, static_cast<int>(decoded->to));
        IfName* target = target_of(decoded->filter);
        if (target != nullptr && to != nullptr) *target = to->state.name;
        filters.push_back(
            {std::move(decoded->filter), decode_handle(message), decode_hits(message)});
      });
}

std::optional<SeenPort> read_port(const IfName& control) {
  const auto report = ask_port(control);
  if (!report) return std::nullopt;
  SeenPort port{.answers = answered_addresses(report->answers)};
  for (size_t reason = 0; reason < report->dropped.size(); ++reason) {
    if (report->dropped[reason] == 0) continue;
    port.dropped.emplace_back(kDropReasons[reason], report->dropped[reason]);
  }
  return port;
}

}  // namespace

NamespaceView read_pod_view() {
  NetlinkSocket socket;
  NamespaceView view = read_links_into_view(socket, 0);
  read_ips(socket, view);
  read_qdiscs(socket, view);
  for (SeenLink& link : view.links) {
    if (link.ingress) read_filters(socket, view, link);
    if (link.ingress && link.ingress->kind == "clsact") {
      link.control = read_control(socket, link.index, link.state.name).value_or("");
    }
    if (!link.control.empty()) link.port = read_port(link.state.name);
    link.lro = read_lro(link.state.name);
  }
  return view;
}

NamespaceView read_node_view() {
  NetlinkSocket socket;
  socket.take_any_length();
  NamespaceView view = read_links_into_view(socket, RTEXT_FILTER_VF);
  read_vlans(socket, view);
  return view;
}

std::optional<int> namespace_number(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    throw Error(Errc::kNotFound, std::string("no network namespace: ") + std::strerror(errno),
                path);
  }
  NetlinkMessage request(RTM_GETNSID, 0);
  request.header(rtgenmsg{}).u32(NETNSA_FD, static_cast<uint32_t>(file.get()));
  NetlinkSocket socket;
  std::optional<int> number;
  socket
      .exchange(request,
                [&number](const nlmsghdr& message) {
                  if (message.nlmsg_type != RTM_NEWNSID) return;
                  number = attributes_of<rtgenmsg>(message).value<int32_t>(NETNSA_NSID);
                })
      .must_be_ok("ask for the number of the namespace " + path);
  return number == NETNSA_NSID_NOT_ASSIGNED ? std::nullopt : number;
}

}  // namespace patchbay
