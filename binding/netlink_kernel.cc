#include "binding/netlink_kernel.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <map>

#include "binding/control_read.h"
#include "binding/delete_links.h"
#include "binding/dhcp_answers.h"
#include "binding/duplicate_probe.h"
#include "binding/filter_decode.h"
#include "binding/lro.h"
#include "binding/net_namespace.h"
#include "binding/netlink_socket.h"
#include "binding/port_program.h"
#include "binding/rtnetlink_decode.h"
#include "binding/rtnetlink_read.h"
#include "binding/sysctl.h"
#include "binding/tap.h"
#include "binding/tap_under_context.h"
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
  std::optional<std::string> read_control(const IfName& link) override;
  std::vector<AddressClaim> find_duplicates(const AddressProbe& probe) override;
  bool read_lro(const IfName& link) override;
  void make_dummy(const IfName& name) override;
  void make_tap(const IfName& name, const TapOptions& options) override;
  void make_bridge(const IfName& name) override;
  void make_listener(const IfName& name, const IfName& on) override;
  void delete_links(const std::vector<IfName>& names) override;
  void change_link(const IfName& name, const LinkChange& change) override;
  void set_lro(const IfName& link, bool on) override;
  void add_address(const IfName& link, const KernelAddress& address) override;
  void delete_address(const IfName& link, const KernelAddress& address) override;
  void add_route(const IfName& link, const KernelRoute& route) override;
  void make_ingress(const IfName& link, const Ingress& ingress) override;
  void remove_ingress(const IfName& link) override;
  void set_control(const IfName& link, const IfName& port) override;

 private:
  struct Known {
    int index = 0;
    Mac mac;
  };

  // From the last time the link was read.
  const Known& known(const IfName& name);
  int index_of(const IfName& name) { return known(name).index; }
  IfName name_of(int index);  // empty: none, or none of that number
  NetlinkAnswer make_link(const IfName& name, std::string_view kind,
                          const std::function<void(NetlinkMessage&)>& data = {});
  void change_ip_and_alias(const IfName& name, const LinkChange& change);
  NetlinkMessage address_request(int type, int flags, const IfName& link,
                                 const KernelAddress& address);
  IngressFilter named(DecodedFilter found);
  void add_port(const IfName& link, uint16_t priority, const GuestPort& filter);
  void add_filter(const IfName& link, uint16_t priority, const IngressFilter& filter);

  NetNamespace namespace_;
  std::unique_ptr<NetlinkSocket> socket_;
  std::map<IfName, Known> known_;
};

const NetlinkKernel::Known& NetlinkKernel::known(const IfName& name) {
  const auto found = known_.find(name);
  if (found != known_.end()) return found->second;
  if (!read_link(name)) throw Error(Errc::kNotFound, "link " + name.str() + " is not there");
  return known_.at(name);
}

IfName NetlinkKernel::name_of(int index) {
  if (index == 0) return {};
  const auto link = patchbay::read_link(*socket_, index);
  return link ? link->state.name : IfName();
}

std::optional<LinkState> NetlinkKernel::read_link(const IfName& name) {
  auto link = patchbay::read_link(*socket_, name);
  // An alternative name (IFLA_ALT_IFNAME) finds a link as well; ours are real names.
  if (!link || link->state.name != name) {
    known_.erase(name);
    return std::nullopt;
  }
  known_[name] = {link->index, link->state.mac};
  link->state.master = name_of(link->master);
  link->state.lower = name_of(link->lower);
  return link->state;
}

std::vector<KernelAddress> NetlinkKernel::read_addresses(const IfName& link) {
  const Known& on = known(link);
  std::vector<KernelAddress> addresses;
  for (IndexedAddress& found : patchbay::read_addresses(*socket_, on.index)) {
    KernelAddress& address = found.address;
    address.kernel_made |= is_eui64_link_local(address.prefix.address, on.mac);
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

IngressFilter NetlinkKernel::named(DecodedFilter found) {
  if (IfName* to = target_of(found.filter)) *to = name_of(static_cast<int>(found.to));
  if (auto* port = std::get_if<GuestPort>(&found.filter)) {
    port->program = std::make_shared<const FileDescriptor>(open_program(found.program));
  }
  return found.filter;
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
    ingress.filters.emplace_back(ForeignFilter{});  // clsact and the like are not ours to share
    return ingress;
  }
  std::vector<DecodedFilter> filters;
  socket_->dump(
      "read the filters of " + link.str(), [&] { return read_filters_request(index); },
      [&] { filters.clear(); },
      [&](const nlmsghdr& message) {
        if (auto filter = decode_filter(message)) filters.push_back(std::move(*filter));
      });
  for (DecodedFilter& filter : filters) ingress.filters.push_back(named(std::move(filter)));
  return ingress;
}

NetlinkAnswer NetlinkKernel::make_link(const IfName& name, std::string_view kind,
                                       const std::function<void(NetlinkMessage&)>& data) {
  NetlinkMessage request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.header(ifinfomsg{}).string(IFLA_IFNAME, name.str());
  request.nest(IFLA_LINKINFO, [&](NetlinkMessage& info) {
    info.string(IFLA_INFO_KIND, kind);
    if (data) info.nest(IFLA_INFO_DATA, data);
  });
  return socket_->exchange(request);
}

void NetlinkKernel::make_dummy(const IfName& name) {
  NetlinkAnswer answer = make_link(name, "dummy");
  if (answer.error == EOPNOTSUPP) answer = make_link(name, "bridge");
  answer.must_be_ok("make link " + name.str() + " (kind dummy, else bridge)");
}

void NetlinkKernel::make_tap(const IfName& name, const TapOptions& options) {
  const NetNamespace::Scope scope(namespace_);
  if (options.selinux_context.empty()) {
    make_persistent_tap(name, options);
  } else {
    make_tap_under_context(name, options);
  }
}

void NetlinkKernel::make_bridge(const IfName& name) {
  make_link(name, "bridge", [](NetlinkMessage& data) {
    data.u8(IFLA_BR_MCAST_SNOOPING, 0);
    // BR_GROUPFWD_RESTRICTED (net/bridge/br_private.h) is what the kernel does not forward.
    constexpr uint16_t kAllButRestricted = 0xfff8;
    data.bytes(IFLA_BR_GROUP_FWD_MASK, &kAllButRestricted, sizeof kAllButRestricted);
  }).must_be_ok("make the bridge " + name.str());
}

void NetlinkKernel::make_listener(const IfName& name, const IfName& on) {
  ifinfomsg header{};
  header.ifi_flags = IFF_UP | IFF_ALLMULTI | IFF_NOARP;
  header.ifi_change = header.ifi_flags | IFF_MULTICAST;
  NetlinkMessage request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.header(header)
      .string(IFLA_IFNAME, name.str())
      .u32(IFLA_LINK, static_cast<uint32_t>(index_of(on)))
      .u32(IFLA_MTU, kMinMtu)  // too small for IPv6, and no larger than that of `on` (macvlan.c)
      .nest(IFLA_LINKINFO, [](NetlinkMessage& info) {
        info.string(IFLA_INFO_KIND, "macvlan").nest(IFLA_INFO_DATA, [](NetlinkMessage& data) {
          data.u32(IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE);
        });
      });
  socket_->exchange(request).must_be_ok("make the macvlan " + name.str() + " on " + on.str() +
                                        " (kernel module macvlan)");
}

std::vector<AddressClaim> NetlinkKernel::find_duplicates(const AddressProbe& probe) {
  return patchbay::find_duplicates(*socket_, namespace_, index_of(probe.link), probe);
}

bool NetlinkKernel::read_lro(const IfName& link) {
  const NetNamespace::Scope scope(namespace_);
  return patchbay::read_lro(link);
}

void NetlinkKernel::set_lro(const IfName& link, bool on) {
  const NetNamespace::Scope scope(namespace_);
  patchbay::set_lro(link, on);
}

void NetlinkKernel::delete_links(const std::vector<IfName>& names) {
  std::map<int, IfName> found;
  for (const IfName& name : names) {
    if (read_link(name)) found.emplace(index_of(name), name);
    known_.erase(name);
  }
  if (!found.empty()) patchbay::delete_links(*socket_, found);
}

void NetlinkKernel::change_ip_and_alias(const IfName& name, const LinkChange& change) {
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
  if (change.disable_ipv6) {
    const NetNamespace::Scope scope(namespace_);
    write_disable_ipv6(name, *change.disable_ipv6);
  }
}

// Two messages, for in one the kernel would do the flags before IPv6's part (rtnetlink.c,
// do_setlink).
void NetlinkKernel::change_link(const IfName& name, const LinkChange& change) {
  change_ip_and_alias(name, change);
  ifinfomsg header{};
  const auto flag = [&header](std::optional<bool> value, unsigned bit) {
    if (!value) return;
    header.ifi_change |= bit;
    if (*value) header.ifi_flags |= bit;
  };
  flag(change.multicast, IFF_MULTICAST);
  flag(change.all_multicast, IFF_ALLMULTI);
  flag(change.no_arp, IFF_NOARP);
  flag(change.up, IFF_UP);
  const bool attributes = change.mac || change.master || change.mtu || change.tx_queue_length;
  if (header.ifi_change == 0 && !attributes) return;
  NetlinkMessage request(RTM_SETLINK, 0);
  request.header(header).string(IFLA_IFNAME, name.str());
  if (change.mac) {
    request.bytes(IFLA_ADDRESS, change.mac->bytes(), Mac::kSize);
    known_.erase(name);
  }
  if (change.master) {
    request.u32(IFLA_MASTER,
                change.master->empty() ? 0 : static_cast<uint32_t>(index_of(*change.master)));
  }
  if (change.mtu) request.u32(IFLA_MTU, *change.mtu);
  if (change.tx_queue_length) request.u32(IFLA_TXQLEN, *change.tx_queue_length);
  socket_->exchange(request).must_be_ok("set MAC, master, MTU, queue length or flags of link " +
                                        name.str());
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
  if (address.silent) request.u32(IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
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

void NetlinkKernel::add_port(const IfName& link, uint16_t priority, const GuestPort& filter) {
  std::shared_ptr<const FileDescriptor> program = filter.program;
  if (!program) {
    const int uplink = filter.uplink.empty() ? 0 : index_of(filter.uplink);
    program = std::make_shared<const FileDescriptor>(load_port(*filter.rules, uplink));
  }
  socket_->exchange(add_port_request(index_of(link), priority, program->get(), filter.name))
      .must_be_ok("guard " + link.str() + " and answer there (tc filter bpf, direct-action)");
}

void NetlinkKernel::add_filter(const IfName& link, uint16_t priority, const IngressFilter& filter) {
  if (const auto* redirect = std::get_if<RedirectAll>(&filter)) {
    const int to = index_of(redirect->to);
    socket_->exchange(add_redirect_request(index_of(link), priority, to))
        .must_be_ok("redirect " + link.str() + " to " + redirect->to.str() +
                    " (tc filter u32, action mirred)");
  } else if (const auto* judge = std::get_if<JudgeFrames>(&filter)) {
    socket_->exchange(add_judge_request(index_of(link), priority, judge->program))
        .must_be_ok("filter what " + link.str() + " receives (tc filter bpf, direct-action)");
  } else if (const auto* copy = std::get_if<CopyDhcpAnswers>(&filter)) {
    const FileDescriptor program = load_dhcp_answers();
    const int to = index_of(copy->to);
    socket_->exchange(add_dhcp_answers_request(index_of(link), priority, program.get(), to))
        .must_be_ok("copy the DHCP answers of " + link.str() + " to " + copy->to.str() +
                    " (tc filter bpf, action mirred)");
  } else if (const auto* port = std::get_if<GuestPort>(&filter)) {
    add_port(link, priority, *port);
  } else {
    throw Error(Errc::kInternal, "a foreign filter of " + link.str() + " can't be made again");
  }
}

void NetlinkKernel::make_ingress(const IfName& link, const Ingress& ingress) {
  const NetlinkAnswer answer = socket_->exchange(add_ingress_request(index_of(link)));
  if (answer.error != EEXIST) answer.must_be_ok("add the ingress qdisc to " + link.str());
  uint16_t priority = 0;
  for (const IngressFilter& filter : ingress.filters) add_filter(link, ++priority, filter);
}

void NetlinkKernel::remove_ingress(const IfName& link) {
  const NetlinkAnswer answer = socket_->exchange(remove_ingress_request(index_of(link)));
  if (answer.error == ENOENT || answer.error == EINVAL) return;  // gone: the kernel says either
  answer.must_be_ok("remove the ingress qdisc of " + link.str());
}

std::optional<std::string> NetlinkKernel::read_control(const IfName& link) {
  return patchbay::read_control(*socket_, index_of(link), link);
}

void NetlinkKernel::set_control(const IfName& link, const IfName& port) {
  const Ingress ingress = read_ingress(port).value_or(Ingress());
  const GuestPort* filter = nullptr;
  for (const IngressFilter& each : ingress.filters) {
    if (const auto* found = std::get_if<GuestPort>(&each)) filter = found;
  }
  if (filter == nullptr) {
    throw Error(Errc::kNotFound, "link " + port.str() + " has no filter of a guest's port");
  }
  const FileDescriptor program = load_control(*filter->program);
  const NetlinkAnswer answer = socket_->exchange(add_clsact_request(index_of(link)));
  if (answer.error != EEXIST) answer.must_be_ok("add the clsact qdisc to " + link.str());
  socket_->exchange(set_control_request(index_of(link), program.get(), filter->name))
      .must_be_ok("let the pod speak with " + port.str() + " by way of " + link.str() +
                  " (tc filter bpf at egress)");
}

}  // namespace

std::unique_ptr<Kernel> open_kernel(const std::string& path) {
  return std::make_unique<NetlinkKernel>(path);
}

}  // namespace patchbay
