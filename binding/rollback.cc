#include "binding/rollback.h"

#include "binding/attempts.h"
#include "plan/error.h"
#include "plan/names.h"

namespace patchbay {
namespace {

void restore_ingress(Kernel& kernel, const LinkSnapshot& before, const LinkSnapshot& now) {
  if (now.ingress == before.ingress) return;
  if (now.ingress) kernel.remove_ingress(before.name);
  if (!before.ingress) return;
  // What led to a link that is gone led nowhere; what is somebody else's was never taken away.
  Ingress again = *before.ingress;
  std::erase_if(again.filters, [](const IngressFilter& filter) {
    const IfName* to = target_of(filter);
    return std::holds_alternative<ForeignFilter>(filter) || (to != nullptr && to->empty());
  });
  const bool led_nowhere = again.filters.empty() && !before.ingress->filters.empty();
  if (!led_nowhere) kernel.make_ingress(before.name, again);
}

bool same_life(const LinkSnapshot& a, const LinkSnapshot& b) {
  return a.state->up == b.state->up && a.state->mac == b.state->mac &&
         a.state->multicast == b.state->multicast &&
         a.state->all_multicast == b.state->all_multicast && a.state->no_arp == b.state->no_arp &&
         a.state->addr_gen_mode == b.state->addr_gen_mode &&
         a.state->disable_ipv6 == b.state->disable_ipv6 && a.addresses == b.addresses &&
         a.routes == b.routes;
}

void add_addresses(Kernel& kernel, const LinkSnapshot& before, Family family, Attempts& attempts) {
  for (const KernelAddress& address : before.addresses) {
    if (address.kernel_made || address.prefix.family() != family) continue;
    attempts.attempt([&] { kernel.add_address(before.name, address); });
  }
}

// A next hop must be on a link before a route can lead to it.
void add_routes(Kernel& kernel, const LinkSnapshot& before, Attempts& attempts) {
  for (const bool gateways : {false, true}) {
    for (const KernelRoute& route : before.routes) {
      const bool has_gateway = !route.route || route.route->via;
      if (has_gateway != gateways) continue;
      attempts.attempt([&] { kernel.add_route(before.name, route); });
    }
  }
}

// Flags, addresses and routes hang together: a link that goes down loses its routes and all of
// IPv6, one that goes up makes its link-local address again.
void restore_life(Kernel& kernel, const LinkSnapshot& before, Attempts& attempts) {
  const IfName& name = before.name;
  const LinkState& state = *before.state;
  attempts.attempt([&] { kernel.change_link(name, {.up = false}); });
  attempts.attempt([&] {
    for (const KernelAddress& address : kernel.read_addresses(name)) {
      kernel.delete_address(name, address);
    }
  });
  attempts.attempt([&] {
    kernel.change_link(name, {.addr_gen_mode = state.addr_gen_mode,
                              .disable_ipv6 = state.disable_ipv6,
                              .mac = state.mac,
                              .multicast = state.multicast,
                              .all_multicast = state.all_multicast,
                              .no_arp = state.no_arp});
  });
  add_addresses(kernel, before, Family::kIpv4, attempts);
  if (state.up) attempts.attempt([&] { kernel.change_link(name, {.up = true}); });
  add_addresses(kernel, before, Family::kIpv6, attempts);
  add_routes(kernel, before, attempts);
}

}  // namespace

LinkSnapshot take_snapshot(Kernel& kernel, const IfName& name) {
  LinkSnapshot snapshot{.name = name, .state = kernel.read_link(name)};
  if (!snapshot.state) return snapshot;
  snapshot.addresses = kernel.read_addresses(name);
  snapshot.routes = kernel.read_routes(name);
  snapshot.ingress = kernel.read_ingress(name);
  snapshot.lro = kernel.read_lro(name);
  return snapshot;
}

void restore(Kernel& kernel, const LinkSnapshot& before) {
  if (!before.state) {
    kernel.delete_links({before.name});
    return;
  }
  // Of what was there, an ADD takes away no link but those that continued an older record.
  if (before.name.str().starts_with(kRecordPrefix) && !kernel.read_link(before.name)) {
    kernel.make_dummy(before.name);
  }
  const LinkSnapshot now = take_snapshot(kernel, before.name);
  if (!now.state) throw Error(Errc::kNotFound, "somebody else deleted it meanwhile");
  Attempts attempts;
  attempts.attempt([&] { restore_ingress(kernel, before, now); });
  if (now.state->alias != before.state->alias) {
    attempts.attempt([&] { kernel.change_link(before.name, {.alias = before.state->alias}); });
  }
  if (now.state->mtu != before.state->mtu) {
    attempts.attempt([&] { kernel.change_link(before.name, {.mtu = before.state->mtu}); });
  }
  // A qdisc, ingress too, gives a length to a link that was made without a queue (sch_api.c).
  if (now.state->tx_queue_length != before.state->tx_queue_length) {
    attempts.attempt([&] {
      kernel.change_link(before.name, {.tx_queue_length = before.state->tx_queue_length});
    });
  }
  if (now.state->master != before.state->master) {
    attempts.attempt([&] { kernel.change_link(before.name, {.master = before.state->master}); });
  }
  if (now.lro != before.lro) attempts.attempt([&] { kernel.set_lro(before.name, before.lro); });
  if (!same_life(now, before)) restore_life(kernel, before, attempts);
  attempts.report();
}

Rollback::Rollback(Kernel& kernel, const std::vector<IfName>& links, Diagnostics& failures,
                   const LinkSnapshot& read_already)
    : kernel_(kernel), failures_(failures) {
  for (const IfName& link : links) {
    before_.push_back(link == read_already.name ? read_already : take_snapshot(kernel, link));
  }
}

// Backwards: the pod's NIC is itself again before the links it was wired to go.
Rollback::~Rollback() {
  if (committed_) return;
  for (auto before = before_.rbegin(); before != before_.rend(); ++before) {
    try {
      restore(kernel_, *before);
    } catch (const Error& error) {
      failures_.push_back({Severity::kWarning, "", before->name.str(),
                           std::string("could not be put back as it was: ") + error.what(),
                           "delete the pod: its network is half wired"});
    }
  }
}

}  // namespace patchbay
