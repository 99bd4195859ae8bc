#include "binding/silence.h"

#include "binding/step_text.h"

namespace patchbay {
namespace {

// The host-device plugin lends any kind of link, and keeps its name on the host in the alias.
bool may_lose_multicast(const LinkState& link) { return !link.kind.empty() && link.alias.empty(); }

bool may_lose_arp(const LinkState& link) { return link.kind == "bridge"; }

}  // namespace

Differences loudness(const LinkState& link) {
  Differences found;
  if (link.has_ipv6()) found.push_back(differs(link.name, "IPv6", "off", "on"));
  if (link.addr_gen_mode.value_or(AddrGenMode::kNone) != AddrGenMode::kNone) {
    found.push_back(differs(link.name, "addr_gen_mode", "none", "another"));
  }
  if (link.multicast && may_lose_multicast(link)) {
    found.push_back(differs(link.name, "multicast", "off", "on"));
  }
  if (!link.no_arp && may_lose_arp(link)) found.push_back(differs(link.name, "ARP", "off", "on"));
  return found;
}

LinkChange silencing(const LinkState& link) {
  LinkChange change;
  if (link.has_ipv6()) change.disable_ipv6 = true;
  if (link.addr_gen_mode) change.addr_gen_mode = AddrGenMode::kNone;
  if (may_lose_multicast(link)) change.multicast = false;
  if (may_lose_arp(link)) change.no_arp = true;
  return change;
}

}  // namespace patchbay
