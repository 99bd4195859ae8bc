#include "binding/silence.h"

#include "binding/step_text.h"

namespace patchbay {
namespace {

// Those whose frames can reach the pod's own stack.
bool may_lose_arp(const LinkState& link) {
  return link.kind == "bridge" || link.kind == "tun" || link.kind == "macvtap";
}

}  // namespace

bool is_lent(const LinkState& link) { return link.kind.empty() || !link.alias.empty(); }

Differences loudness(const LinkState& link) {
  Differences found;
  if (link.has_ipv6()) found.push_back(differs(link.name, "IPv6", "off", "on"));
  if (link.addr_gen_mode.value_or(AddrGenMode::kNone) != AddrGenMode::kNone) {
    found.push_back(differs(link.name, "addr_gen_mode", "none", "another"));
  }
  if (link.multicast && !is_lent(link)) {
    found.push_back(differs(link.name, "multicast", "off", "on"));
  }
  if (!link.no_arp && may_lose_arp(link)) found.push_back(differs(link.name, "ARP", "off", "on"));
  return found;
}

LinkChange silencing(const LinkState& link) {
  LinkChange change;
  if (link.has_ipv6()) change.disable_ipv6 = true;
  if (link.addr_gen_mode) change.addr_gen_mode = AddrGenMode::kNone;
  if (!is_lent(link)) change.multicast = false;
  if (may_lose_arp(link)) change.no_arp = true;
  return change;
}

LinkChange speaking(const LinkState& link) {
  LinkChange change{.multicast = true};
  if (may_lose_arp(link)) change.no_arp = false;
  return change;
}

}  // namespace patchbay
