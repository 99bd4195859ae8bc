// Pods and nodes for the panel's tests, as patchbay-cni and CNI's plugins leave them.
#pragma once

#include <string>
#include <vector>

#include "binding/describe.h"
#include "binding/namespace_view.h"
#include "cli/panel.h"
#include "plan/names.h"
#include "plan/record.h"

namespace patchbay::cli {

inline constexpr int kNodeNumber = 0;  // by which the pod knows the node's namespace
inline constexpr int kBridgeIndex = 3;

inline SeenLink& add_link(NamespaceView& view, int index, const std::string& name,
                          const std::string& kind) {
  SeenLink link{.index = index, .carrier = true};
  link.state = {
      .name = IfName::parse(name), .ethernet = true, .kind = kind, .mtu = 1500, .up = true};
  view.links.push_back(link);
  return view.links.back();
}

inline SeenLink& link_of(NamespaceView& view, const IfName& name) {
  return const_cast<SeenLink&>(*find_link(view, name));
}

inline Mac mac_of(size_t number) {
  const uint8_t bytes[] = {2, 0, 0, 0, 0, static_cast<uint8_t>(number)};
  return Mac::from_bytes(bytes);
}

inline void redirect(SeenLink& from, const SeenLink& to) {
  from.ingress = SeenIngress{.kind = "ingress"};
  from.ingress->filters.push_back({RedirectAll{to.state.name}, "800::800", {40, 3200, 0}});
}

inline Record record_of(size_t number, const std::string& backend = "redirect") {
  return {.mac = mac_of(number),
          .mtu = 1500,
          .ips = {IpPrefix::parse("192.168.0." + std::to_string(number) + "/24"),
                  IpPrefix::parse("fd00::" + std::to_string(number) + "/64")},
          .routes = {{.to = IpPrefix::parse("0.0.0.0/0"), .via = IpAddress::parse("192.168.0.1")}},
          .dns = {.servers = {IpAddress::parse("10.0.0.53")}, .search = {"corp.example"}},
          .ipam = "static",
          .backend = backend,
          .why = "veth"};
}

inline void park(NamespaceView& pod, int index, const IfName& name, const Record& record) {
  const auto aliases = split_aliases(to_json(record));
  for (size_t n = 0; n < aliases.size(); ++n) {
    SeenLink& link =
        add_link(pod, index + static_cast<int>(n), record_link_name(name, n).str(), "dummy");
    link.state.up = false;
    link.state.alias = aliases[n];
  }
}

// A veth of the bridge plugin for `network`, wired by redirect, its other end in br1 on the node.
// Its parts have the numbers 10·number and following.
inline void add_nic(PanelSources& sources, const std::string& network, size_t number) {
  const LinkNames names = link_names(network);
  const int base = 10 * static_cast<int>(number);
  SeenLink& nic = add_link(sources.pod, base, names.pod.str(), "veth");
  nic.state.mac = mac_of(number);
  nic.state.all_multicast = true;
  nic.far_index = base;
  nic.far_namespace = kNodeNumber;
  SeenLink& tap = add_link(sources.pod, base + 1, names.tap.str(), "tun");
  tap.state.no_arp = true;
  tap.state.tun =
      TunInfo{.tap = true, .owner = 107, .group = 107, .vnet_hdr = true, .persist = true};
  SeenLink& own = link_of(sources.pod, names.pod);
  redirect(own, tap);
  redirect(tap, own);
  park(sources.pod, base + 2, names.record, record_of(number));
  if (!sources.node) {
    sources.node = NamespaceView{.id = 1};
    add_link(*sources.node, kBridgeIndex, "br1", "bridge");
    sources.node_number = kNodeNumber;
  }
  add_link(*sources.node, base, "veth" + std::to_string(number), "veth").state.master =
      IfName::parse("br1");
  sources.networks.push_back(network);
}

inline PanelSources sources_with(size_t nics) {
  PanelSources sources;
  sources.pod.id = 4026532345;
  for (size_t n = 1; n <= nics; ++n) add_nic(sources, "net-" + std::to_string(n), n);
  return sources;
}

}  // namespace patchbay::cli
