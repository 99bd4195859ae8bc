// The pod's network namespace as binding/ needs it: the few things it asks of the kernel, in the
// kernel's own terms. One implementation speaks rtnetlink (netlink_kernel.h), the tests' one keeps
// everything in memory. Bound to one namespace for its life.
//
// Every call throws Error{kKernel}, with the kernel's own words, where it fails for another reason
// than the ones named; a link that must be there and is not is Error{kNotFound}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binding/duplicate_address.h"
#include "binding/ingress.h"
#include "plan/ip_config.h"
#include "plan/net_types.h"

namespace patchbay {

// IFLA_INET6_ADDR_GEN_MODE (include/uapi/linux/if_link.h).
enum class AddrGenMode : uint8_t { kEui64 = 0, kNone = 1, kStablePrivacy = 2, kRandom = 3 };

// IFLA_INFO_DATA of kind "tun" (drivers/net/tun.c).
struct TunInfo {
  bool tap = false;
  std::optional<uint32_t> owner;
  std::optional<uint32_t> group;
  bool vnet_hdr = false;
  bool multi_queue = false;
  bool persist = false;

  bool operator==(const TunInfo&) const = default;
};

// What a tap is made with.
struct TapOptions {
  uint32_t owner = 0;
  uint32_t group = 0;
  bool multi_queue = false;     // IFF_MULTI_QUEUE: opened with several queues, and never with one
  std::string selinux_context;  // of the process that makes it, hence the tap's; empty: ours

  bool operator==(const TapOptions&) const = default;
};

struct LinkState {
  IfName name;
  bool ethernet = false;  // ARPHRD_ETHER
  std::string kind;       // IFLA_INFO_KIND; empty for a device with a driver
  Mac mac;
  uint32_t mtu = 0;
  uint32_t tx_queue_length = 0;
  bool up = false;
  bool multicast = false;
  bool all_multicast = false;
  bool no_arp = false;
  IfName master;                             // the bridge or VRF it belongs to; empty: none
  IfName lower;                              // macvlan only: what it lies on; empty: not in here
  std::optional<AddrGenMode> addr_gen_mode;  // absent: no IPv6 on this link, so is the next
  std::optional<bool> disable_ipv6;          // the sysctl net.ipv6.conf.NAME.disable_ipv6
  bool ipvlan_l3 = false;                    // ipvlan and ipvtap only: mode l3 or l3s
  std::string alias;
  std::optional<TunInfo> tun;

  bool has_ipv6() const { return disable_ipv6 == false; }

  bool operator==(const LinkState&) const = default;
};

// `message` is the kernel's own text of it (RTM_NEWADDR, RTM_NEWROUTE without what the kernel
// counts and decides): given back, the same address or route is there again, whatever its
// attributes.
struct KernelAddress {
  IpPrefix prefix;
  bool kernel_made = false;  // link-local and autoconfigured ones come and go with the link
  std::string message;       // empty: an address with no attribute but those here
  bool silent = false;       // neither probed for nor routed to (IFA_F_NODAD, IFA_F_NOPREFIXROUTE)

  bool operator==(const KernelAddress&) const = default;
};

struct KernelRoute {
  std::optional<Route> route;  // absent where `Route` can't say it: several next hops, a tunnel
  std::string message;

  bool operator==(const KernelRoute&) const = default;
};

// What is given is changed, in the order of the members.
struct LinkChange {
  std::optional<std::string> alias;
  std::optional<AddrGenMode> addr_gen_mode;  // before the MTU: below 1280 a link loses its IPv6
  std::optional<bool> disable_ipv6;
  std::optional<Mac> mac;        // the link should be down: not every driver takes it otherwise
  std::optional<IfName> master;  // empty: leaves the one it belongs to
  std::optional<uint32_t> mtu;
  std::optional<uint32_t> tx_queue_length;
  std::optional<bool> multicast;
  std::optional<bool> all_multicast;
  std::optional<bool> no_arp;
  std::optional<bool> up;
};

class Kernel {
 public:
  Kernel() = default;
  virtual ~Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // Throws Error{kNotFound} where the namespace is no longer where it was opened: its pod is gone.
  virtual void expect_namespace() = 0;
  virtual std::optional<LinkState> read_link(const IfName& name) = 0;
  // IPv4 in the kernel's order, then IPv6 as they were added; host scope left out.
  virtual std::vector<KernelAddress> read_addresses(const IfName& link) = 0;
  // The unicast routes out of `link` that somebody configured, of every table; not those which the
  // kernel makes for an address or learns from a router.
  virtual std::vector<KernelRoute> read_routes(const IfName& link) = 0;
  virtual std::optional<Ingress> read_ingress(const IfName& link) = 0;
  // The name of the filter that set_control put at `link`'s egress; nothing where there is none.
  virtual std::optional<std::string> read_control(const IfName& link) = 0;
  // Who else uses, or probes for, the probe's addresses: sorted, each once (duplicate_probe.h).
  virtual std::vector<AddressClaim> find_duplicates(const AddressProbe& probe) = 0;
  // Large receive offload (ethtool); false where the driver has none.
  virtual bool read_lro(const IfName& link) = 0;

  // A link that carries nothing: kind dummy, or a bridge without ports where the kernel has no
  // dummy.
  virtual void make_dummy(const IfName& name) = 0;
  // A persistent tap with vnet_hdr.
  virtual void make_tap(const IfName& name, const TapOptions& options) = 0;
  // Without multicast snooping, VLAN filtering and spanning tree; group frames (LLDP, 802.1X) pass.
  virtual void make_bridge(const IfName& name) = 0;
  // A macvlan on top of `on` that shares nothing with others there (mode private), up, receiving
  // all multicast, and mute: without ARP and multicast of its own, and too small for IPv6.
  virtual void make_listener(const IfName& name, const IfName& on) = 0;
  // Together, in the time of one, which is mostly the kernel's waiting (delete_links.h); gone is
  // done.
  virtual void delete_links(const std::vector<IfName>& names) = 0;
  virtual void change_link(const IfName& name, const LinkChange& change) = 0;
  virtual void set_lro(const IfName& link, bool on) = 0;

  virtual void add_address(const IfName& link, const KernelAddress& address) = 0;  // there is done
  virtual void delete_address(const IfName& link, const KernelAddress& address) = 0;
  virtual void add_route(const IfName& link, const KernelRoute& route) = 0;

  // Puts the filters in, first to last, and the ingress qdisc where there is none; no filter may be
  // there. None of them may be a ForeignFilter, and their targets must be there.
  virtual void make_ingress(const IfName& link, const Ingress& ingress) = 0;
  virtual void remove_ingress(const IfName& link) = 0;  // the qdisc and its filters
  // Who sends by `link` speaks with `port`, which has a GuestPort (port_control.h). In place of an
  // earlier such filter, or none.
  virtual void set_control(const IfName& link, const IfName& port) = 0;
};

}  // namespace patchbay
