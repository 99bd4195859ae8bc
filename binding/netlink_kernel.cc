#include "binding/netlink_kernel.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <map>

#include "binding/net_namespace.h"
#include "binding/netlink_socket.h"
#include "binding/rtnetlink_decode.h"
#include "binding/rtnetlink_read.h"
#include "binding/tap.h"
#include "binding/traffic_control.h"
#include "plan/error.h"

namespace patchbay {
namespace {

std::unique_ptr<NetlinkSocket> open_socket(const NetNamespace& inside) {
  const NetNamespace::Scope scope(inside);
  return std::make_unique<NetlinkSocket>();
}

uint8_t number_of(Family family) { return family == Family::kIpv4 ? AF_INET : AF_INET6; }

class NetlinkKernel final : public Kernel {
 public:
  explicit NetlinkKernel(const std::string& path)
      : namespace_(path), socket_(open_socket(namespace_)) {
    namespace_.lock();  // after the socket: what can be entered is a namespace and no other file
  }

  void expect_namespace() override { namespace_.expect_at_path(); }
  std::optional<LinkState> read_link(const IfName& name) override;
  std::vector<KernelAddress> read_addresses(const IfName& link) override;
  std::vector<KernelRoute> read_routes(const IfName& link) override;
  std::optional<Ingress> read_ingress(const IfName& link) override;
  void make_record_link(const IfName& name) override;
  void make_tap(const IfName& name, uint32_t owner, uint32_t group) override;
  void delete_link(const IfName& name) override;
  void change_link(const IfName& name, const LinkChange& change) override;
  void add_address(const IfName& link, const KernelAddress& address) override;
  void delete_address(const IfName& link, const KernelAddress& address) override;
  void add_route(const IfName& link, const KernelRoute& route) override;
  void add_redirect(const IfName& from, const IfName& to) override;
  void remove_ingress(const IfName& link) override;

 private:
  // The link's number, from the last time it was read.
  int index_of(const IfName& name);
  NetlinkAnswer make_link(const IfName& name, std::string_view kind);
  NetlinkMessage address_request(int type, int flags, const IfName& link,
                                 const KernelAddress& address);
  std::optional<IfName> name_of(std::optional<uint32_t> index);

  NetNamespace namespace_;
  std::unique_ptr<NetlinkSocket> socket_;
  std::map<IfName, int> indices_;
};

int NetlinkKernel::index_of(const IfName& name) {
  const auto known = indices_.find(name);
  if (known != indices_.end()) return known->second;
  if (!read_link(name)) throw Error(Errc::kNotFound, "link " + name.str() + " is not there");
  return indices_.at(name);
}

std::optional<LinkState> NetlinkKernel::read_link(const IfName& name) {
  const auto link = patchbay::read_link(*socket_, name);
  // An alternative name (IFLA_ALT_IFNAME) finds a link as well; ours are real names.
  if (!link || link->state.name != name) {
    indices_.erase(name);
    return std::nullopt;
  }
  indices_[name] = link->index;
  return link->state;
}

std::vector<KernelAddress> NetlinkKernel::read_addresses(const IfName& link) {
  const auto state = read_link(link);
  if (!state) throw Error(Errc::kNotFound, "link " + link.str() + " is not there");
  std::vector<KernelAddress> addresses;
  for (IndexedAddress& found : patchbay::read_addresses(*socket_, index_of(link))) {
    KernelAddress& address = found.address;
    address.kernel_made |= is_eui64_link_local(address.prefix.address, state->mac);
    addresses.push_back(std::move(address));
  }
  return addresses;
}

std::vector<KernelRoute> NetlinkKernel::read_routes(const IfName& link) {
  std::vector<KernelRoute> routes;
  for (IndexedRoute& found : patchbay::read_routes(*socket_, index_of(link))) {
    routes.push_back(std::move(found.route));
  }
  return routes;
}

std::optional<IfName> NetlinkKernel::name_of(std::optional<uint32_t> index) {
  if (!index) return std::nullopt;
  const auto link =
      *index == 0 ? std::nullopt : patchbay::read_link(*socket_, static_cast<int>(*index));
  return link ? link->state.name : IfName();
}

std::optional<Ingress> NetlinkKernel::read_ingress(const IfName& link) {
  const int index = index_of(link);
  std::optional<std::string> kind;
  socket_->dump(
      "read the qdiscs", [] { return read_qdiscs_request(); }, [&] { kind.reset(); },
      [&](const nlmsghdr& message) {
        if (auto found = decode_ingress_kind(message, index)) kind = std::move(found);
      });
  if (!kind) return std::nullopt;
  Ingress ingress;
  if (*kind != "ingress") {
    ingress.filters.emplace_back();  // clsact and the like are not ours to share
    return ingress;
  }
  std::vector<DecodedFilter> filters;
  socket_->dump(
      "read the filters of " + link.str(), [&] { return read_filters_request(index); },
      [&] { filters.clear(); },
      [&](const nlmsghdr& message) {
        if (const auto filter = decode_filter(message)) filters.push_back(*filter);
      });
  for (const DecodedFilter& f : filters) ingress.filters.push_back(name_of(f.redirect_to));
  return ingress;
}

NetlinkAnswer NetlinkKernel::make_link(const IfName& name, std::string_view kind) {
  NetlinkMessage request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.header(ifinfomsg{}).string(IFLA_IFNAME, name.str());
  request.nest(IFLA_LINKINFO, [kind](NetlinkMessage& r) { r.string(IFLA_INFO_KIND, kind); });
  return socket_->exchange(request);
}

void NetlinkKernel::make_record_link(const IfName& name) {
  NetlinkAnswer answer = make_link(name, "dummy");
  if (answer.error == EOPNOTSUPP) answer = make_link(name, "bridge");
  answer.must_be_ok("make the record link " + name.str() + " (kind dummy, else bridge)");
}

void NetlinkKernel::make_tap(const IfName& name, uint32_t owner, uint32_t group) {
  const NetNamespace::Scope scope(namespace_);
  make_persistent_tap(name, owner, group);
}

void NetlinkKernel::delete_link(const IfName& name) {
  NetlinkMessage request(RTM_DELLINK, 0);
  request.header(ifinfomsg{}).string(IFLA_IFNAME, name.str());
  const NetlinkAnswer answer = socket_->exchange(request);
  indices_.erase(name);
  if (answer.error != ENODEV) answer.must_be_ok("delete link " + name.str());
}

// Two messages, for in one the kernel would do the flags before IPv6's part (rtnetlink.c,
// do_setlink).
void NetlinkKernel::change_link(const IfName& name, const LinkChange& change) {
  if (change.alias || change.addr_gen_mode) {
    NetlinkMessage request(RTM_SETLINK, 0);
    request.header(ifinfomsg{}).string(IFLA_IFNAME, name.str());
    if (change.alias) request.bytes(IFLA_IFALIAS, change.alias->data(), change.alias->size());
    if (change.addr_gen_mode) {
      request.nest(IFLA_AF_SPEC, [&](NetlinkMessage& families) {
        families.nest(AF_INET6, [&](NetlinkMessage& inet6) {
          inet6.u8(IFLA_INET6_ADDR_GEN_MODE, static_cast<uint8_t>(*change.addr_gen_mode));
        });
      });
    }
    socket_->exchange(request).must_be_ok("set alias or addr_gen_mode of link " + name.str());
  }
  ifinfomsg header{};
  const auto flag = [&header](std::optional<bool> value, unsigned bit) {
    if (!value) return;
    header.ifi_change |= bit;
    if (*value) header.ifi_flags |= bit;
  };
  flag(change.multicast, IFF_MULTICAST);
  flag(change.all_multicast, IFF_ALLMULTI);
  flag(change.up, IFF_UP);
  if (header.ifi_change == 0 && !change.mtu && !change.tx_queue_length) return;
  NetlinkMessage request(RTM_SETLINK, 0);
  request.header(header).string(IFLA_IFNAME, name.str());
  if (change.mtu) request.u32(IFLA_MTU, *change.mtu);
  if (change.tx_queue_length) request.u32(IFLA_TXQLEN, *change.tx_queue_length);
  socket_->exchange(request).must_be_ok("set MTU, queue length or flags of link " + name.str());
}

NetlinkMessage NetlinkKernel::address_request(int type, int flags, const IfName& link,
                                              const KernelAddress& address) {
  NetlinkMessage request(type, flags);
  if (!address.message.empty()) {
    request.raw(address.message);
    return request;
  }
  const IpAddress& ip = address.prefix.address;
  ifaddrmsg header{};
  header.ifa_family = number_of(ip.family());
  header.ifa_prefixlen = address.prefix.length;
  header.ifa_index = static_cast<uint32_t>(index_of(link));
  request.header(header);
  request.bytes(IFA_LOCAL, ip.bytes(), ip.size()).bytes(IFA_ADDRESS, ip.bytes(), ip.size());
  return request;
}

void NetlinkKernel::add_address(const IfName& link, const KernelAddress& address) {
  const NetlinkAnswer answer =
      socket_->exchange(address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, link, address));
  if (answer.error == EEXIST) return;
  answer.must_be_ok("add " + address.prefix.to_string() + " to link " + link.str());
}

void NetlinkKernel::delete_address(const IfName& link, const KernelAddress& address) {
  const NetlinkAnswer answer = socket_->exchange(address_request(RTM_DELADDR, 0, link, address));
  if (answer.error == EADDRNOTAVAIL) return;  // a secondary went with its primary
  answer.must_be_ok("take " + address.prefix.to_string() + " off link " + link.str());
}

void NetlinkKernel::add_route(const IfName& link, const KernelRoute& route) {
  NetlinkMessage request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
  request.raw(route.message);
  const NetlinkAnswer answer = socket_->exchange(request);
  if (answer.error == EEXIST) return;
  const std::string to = route.route ? route.route->to.to_string() : "with several next hops";
  answer.must_be_ok("add the route " + to + " to link " + link.str());
}

void NetlinkKernel::add_redirect(const IfName& from, const IfName& to) {
  const std::string what = "redirect " + from.str() + " to " + to.str();
  const NetlinkAnswer answer = socket_->exchange(add_ingress_request(index_of(from)));
  if (answer.error != EEXIST) answer.must_be_ok(what + " (tc qdisc ingress)");
  socket_->exchange(add_redirect_request(index_of(from), index_of(to)))
      .must_be_ok(what + " (tc filter u32, action mirred)");
}

void NetlinkKernel::remove_ingress(const IfName& link) {
  const NetlinkAnswer answer = socket_->exchange(remove_ingress_request(index_of(link)));
  if (answer.error == ENOENT || answer.error == EINVAL) return;  // gone: the kernel says either
  answer.must_be_ok("remove the ingress qdisc of " + link.str());
}

}  // namespace

std::unique_ptr<Kernel> open_kernel(const std::string& path) {
  return std::make_unique<NetlinkKernel>(path);
}

}  // namespace patchbay
