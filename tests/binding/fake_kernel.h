// A pod's network namespace in memory, with those habits of the kernel that ADD and DEL depend on:
// a link that goes down loses its routes and its IPv6, one that comes up makes its link-local
// address, below an MTU of 1280 there is no IPv6, a deleted target leaves a filter that leads
// nowhere. Any call can be made to fail.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "binding/kernel.h"
#include "plan/error.h"

namespace patchbay {

class FakeKernel : public Kernel {
 public:
  struct Link {
    LinkState state;
    std::vector<KernelAddress> addresses;
    std::vector<KernelRoute> routes;
    std::optional<Ingress> ingress;
    std::optional<std::string> control;
    bool lro = false;

    bool operator==(const Link&) const = default;
  };
  using Links = std::map<IfName, Link>;

  Links links;
  std::vector<AddressClaim> claims;  // what a probe for duplicate addresses finds
  std::vector<AddressProbe> probes;  // those that were asked for
  std::vector<std::vector<IfName>> deletions;
  int calls = 0;
  int fail_at = 0;  // the number of the call that fails; 0: none
  int end_at = 0;   // the number of the call from which on none is made; 0: none

  Link& add_link(const std::string& name, const std::string& kind) {
    Link& link = links[IfName::parse(name)];
    link.state.name = IfName::parse(name);
    link.state.ethernet = true;
    link.state.kind = kind;
    link.state.mac = Mac::parse("02:00:00:00:00:62");
    link.state.mtu = 1500;
    link.state.tx_queue_length = kind == "veth" ? 0 : 1000;
    link.state.multicast = true;
    link.state.addr_gen_mode = AddrGenMode::kEui64;
    link.state.disable_ipv6 = false;
    return link;
  }

  void expect_namespace() override { count(); }
  std::optional<LinkState> read_link(const IfName& name) override {
    count();
    const auto found = links.find(name);
    return found == links.end() ? std::nullopt : std::optional(found->second.state);
  }
  std::vector<KernelAddress> read_addresses(const IfName& link) override {
    count();
    return at(link).addresses;
  }
  std::vector<KernelRoute> read_routes(const IfName& link) override {
    count();
    return at(link).routes;
  }
  std::optional<Ingress> read_ingress(const IfName& link) override {
    count();
    return at(link).ingress;
  }

  void make_dummy(const IfName& name) override {
    count();
    add_link(name.str(), "dummy");
  }
  void make_tap(const IfName& name, const TapOptions& options) override {
    count();
    add_link(name.str(), "tun").state.tun = TunInfo{.tap = true,
                                                    .owner = options.owner,
                                                    .group = options.group,
                                                    .vnet_hdr = true,
                                                    .multi_queue = options.multi_queue,
                                                    .persist = true};
  }
  void make_bridge(const IfName& name) override {
    count();
    add_link(name.str(), "bridge");
  }
  void make_listener(const IfName& name, const IfName& on) override {
    at(on);
    count();
    LinkState& state = add_link(name.str(), "macvlan").state;
    state.lower = on;
    state.addr_gen_mode.reset();
    state.disable_ipv6.reset();
    state.multicast = false;
    state.up = state.all_multicast = state.no_arp = true;
  }
  std::vector<AddressClaim> find_duplicates(const AddressProbe& probe) override {
    count();
    probes.push_back(probe);
    return claims;
  }
  bool read_lro(const IfName& link) override {
    count();
    return at(link).lro;
  }
  void set_lro(const IfName& link, bool on) override {
    count();
    at(link).lro = on;
  }
  void delete_links(const std::vector<IfName>& names) override {
    count();
    deletions.push_back(names);
    for (const IfName& name : names) delete_link(name);
  }
  void delete_link(const IfName& name) {
    links.erase(name);
    for (auto& [other, link] : links) {
      if (link.state.master == name) link.state.master = IfName();
      if (!link.ingress) continue;
      for (auto& filter : link.ingress->filters) {
        IfName* to = target_of(filter);
        if (to != nullptr && *to == name) *to = IfName();
      }
    }
  }
  void change_link(const IfName& name, const LinkChange& change) override {
    count();
    Link& link = at(name);
    LinkState& state = link.state;
    if (change.alias) state.alias = *change.alias;
    if (change.addr_gen_mode) {
      if (!state.addr_gen_mode) throw Error(Errc::kKernel, "no IPv6 on this link");
      state.addr_gen_mode = change.addr_gen_mode;
    }
    if (change.disable_ipv6) set_disable_ipv6(link, *change.disable_ipv6);
    if (change.mac) state.mac = *change.mac;
    if (change.master) state.master = *change.master;
    if (change.mtu) set_mtu(link, *change.mtu);
    if (change.tx_queue_length) state.tx_queue_length = *change.tx_queue_length;
    if (change.multicast) state.multicast = *change.multicast;
    if (change.all_multicast) state.all_multicast = *change.all_multicast;
    if (change.no_arp) state.no_arp = *change.no_arp;
    if (change.up && *change.up != state.up) *change.up ? go_up(link) : go_down(link);
  }

  void add_address(const IfName& name, const KernelAddress& address) override {
    count();
    Link& link = at(name);
    const auto same = [&](const KernelAddress& a) { return a.prefix == address.prefix; };
    if (std::any_of(link.addresses.begin(), link.addresses.end(), same)) return;
    if (address.prefix.family() == Family::kIpv6 && !link.state.has_ipv6()) {
      throw Error(Errc::kKernel, "IPv6 is off on this link");
    }
    link.addresses.push_back(address);
    sort_link_local_last(link);
  }
  void delete_address(const IfName& name, const KernelAddress& address) override {
    count();
    std::erase_if(at(name).addresses,
                  [&](const KernelAddress& a) { return a.prefix == address.prefix; });
  }
  void add_route(const IfName& name, const KernelRoute& route) override {
    count();
    Link& link = at(name);
    if (!link.state.up) throw Error(Errc::kKernel, "the network is down");
    if (std::find(link.routes.begin(), link.routes.end(), route) == link.routes.end()) {
      link.routes.push_back(route);
      // The kernel's order is its own, whatever was added first.
      std::sort(link.routes.begin(), link.routes.end(),
                [](const auto& a, const auto& b) { return a.message < b.message; });
    }
  }

  // Fails, if it does, with the qdisc made and no filter.
  void make_ingress(const IfName& name, const Ingress& ingress) override {
    Link& link = at(name);
    for (const IngressFilter& filter : ingress.filters) {
      if (const IfName* to = target_of(filter)) at(*to);
    }
    if (!link.ingress) link.ingress.emplace();
    if (link.state.tx_queue_length == 0) link.state.tx_queue_length = 1000;
    count();
    link.ingress = ingress;
  }
  void remove_ingress(const IfName& link) override {
    count();
    at(link).ingress.reset();
  }
  std::optional<std::string> read_control(const IfName& link) override {
    count();
    return at(link).control;
  }
  void set_control(const IfName& link, const IfName& port) override {
    count();
    const auto& ingress = at(port).ingress;
    for (const IngressFilter& filter : ingress ? ingress->filters : std::vector<IngressFilter>()) {
      if (const auto* found = std::get_if<GuestPort>(&filter)) at(link).control = found->name;
    }
    if (!at(link).control) throw Error(Errc::kNotFound, "no guest's port " + port.str());
  }

 private:
  void count() {
    ++calls;
    if (calls == fail_at) throw Error(Errc::kKernel, "refused by the test");
    if (end_at != 0 && calls >= end_at) throw Error(Errc::kKernel, "killed by the test");
  }
  Link& at(const IfName& name) {
    const auto found = links.find(name);
    if (found == links.end()) throw Error(Errc::kNotFound, "no link " + name.str());
    return found->second;
  }
  static KernelAddress link_local() {
    return {IpPrefix::parse("fe80::ff:fe00:62/64"), true, "kernel_ll"};
  }
  static void lose_ipv6(Link& link) {
    std::erase_if(link.addresses,
                  [](const KernelAddress& a) { return a.prefix.family() == Family::kIpv6; });
  }
  static void set_mtu(Link& link, uint32_t mtu) {
    link.state.mtu = mtu;
    if (mtu >= kMinIpv6Mtu) return;
    link.state.addr_gen_mode.reset();
    link.state.disable_ipv6.reset();
    lose_ipv6(link);
  }
  static void set_disable_ipv6(Link& link, bool disable) {
    if (!link.state.disable_ipv6) throw Error(Errc::kKernel, "no IPv6 on this link");
    link.state.disable_ipv6 = disable;
    if (disable) {
      lose_ipv6(link);
    } else if (link.state.up) {
      add_link_local(link);
    }
  }
  static void add_link_local(Link& link) {
    const bool wanted = link.state.has_ipv6() && link.state.addr_gen_mode == AddrGenMode::kEui64;
    if (wanted) link.addresses.push_back(link_local());
    sort_link_local_last(link);
  }
  static void go_up(Link& link) {
    link.state.up = true;
    add_link_local(link);
  }
  static void go_down(Link& link) {
    link.state.up = false;
    link.routes.clear();
    lose_ipv6(link);
  }
  // As read_addresses gives them, whenever they came.
  static void sort_link_local_last(Link& link) {
    std::stable_sort(link.addresses.begin(), link.addresses.end(),
                     [](const auto& a, const auto& b) { return a.kernel_made < b.kernel_made; });
  }
};

}  // namespace patchbay
