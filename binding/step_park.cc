// Park and KeepSilent: what the pod's interface must not say, with its addresses off it or on it.
#include <algorithm>

#include "binding/silence.h"
#include "binding/step_text.h"

namespace patchbay {
namespace {

void delete_addresses(const IfName& link, Kernel& kernel) {
  for (const KernelAddress& address : kernel.read_addresses(link)) {
    kernel.delete_address(link, address);
  }
}

void put_back_ipv4(const IfName& link, const std::vector<IpPrefix>& addresses, Kernel& kernel) {
  for (const IpPrefix& prefix : addresses) {
    if (prefix.family() == Family::kIpv4) kernel.add_address(link, {.prefix = prefix});
  }
}

// On a link that is down and has IPv6 again: what the network's own DEL reads.
void put_back(const IfName& link, const std::vector<IpPrefix>& addresses, Kernel& kernel) {
  for (const IpPrefix& prefix : addresses) kernel.add_address(link, {.prefix = prefix});
}

bool has(const std::vector<KernelAddress>& addresses, const IpPrefix& prefix) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&prefix](const KernelAddress& a) { return a.prefix == prefix; });
}

std::string unwanted(const IfName& link, const KernelAddress& address) {
  return "link " + link.str() + " has the address " + address.prefix.to_string();
}

}  // namespace

Differences Park::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  Differences found;
  for (const KernelAddress& address : kernel.read_addresses(link)) {
    found.push_back(unwanted(link, address));
  }
  for (std::string& difference : loudness(*state)) found.push_back(std::move(difference));
  return found;
}

void Park::apply(Kernel& kernel) const {
  if (verify(kernel).empty()) return;
  kernel.change_link(link, {.up = false});
  delete_addresses(link, kernel);
  const auto state = kernel.read_link(link);
  if (state) kernel.change_link(link, silencing(*state));
}

void Park::undo(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return;
  if (stays_up) {
    put_back_ipv4(link, addresses, kernel);
    return;
  }
  LinkChange change = speaking(*state);
  change.up = false;
  kernel.change_link(link, change);
  if (state->disable_ipv6 == true) kernel.change_link(link, {.disable_ipv6 = false});
  put_back(link, addresses, kernel);
}

std::string Park::text() const {
  return "park the addresses of " + link.str() + ": " + to_string(addresses);
}

std::vector<IfName> Park::links() const { return {link}; }

Differences KeepSilent::verify(Kernel& kernel) const {
  const auto state = kernel.read_link(link);
  if (!state) return {missing(link)};
  Differences found;
  const auto present = kernel.read_addresses(link);
  for (const IpPrefix& prefix : addresses) {
    if (!has(present, prefix))
      found.push_back("link " + link.str() + " lacks the address " + prefix.to_string());
  }
  for (const KernelAddress& address : present) {
    const auto& wanted = addresses;
    if (std::find(wanted.begin(), wanted.end(), address.prefix) == wanted.end()) {
      found.push_back(unwanted(link, address));
    }
  }
  if (!state->no_arp) found.push_back(differs(link, "ARP", "off", "on"));
  if (state->multicast) found.push_back(differs(link, "multicast", "off", "on"));
  if (state->addr_gen_mode.value_or(AddrGenMode::kNone) != AddrGenMode::kNone) {
    found.push_back(differs(link, "addr_gen_mode", "none", "another"));
  }
  return found;
}

// Without ARP the kernel neither asks nor answers, IPv6 included (net/ipv6/ndisc.c, addrconf.c).
// The flag comes last: ipvlan in mode l2 clears it on its way up (drivers/net/ipvlan, ipvlan_open).
// The addresses come after it, or their groups would be reported.
void KeepSilent::apply(Kernel& kernel) const {
  if (verify(kernel).empty()) return;
  kernel.change_link(link, {.up = false});
  delete_addresses(link, kernel);
  const auto state = kernel.read_link(link);
  LinkChange change{.multicast = false, .up = true};
  if (state && state->addr_gen_mode) change.addr_gen_mode = AddrGenMode::kNone;
  kernel.change_link(link, change);
  kernel.change_link(link, {.no_arp = true});
  for (const IpPrefix& prefix : addresses) {
    kernel.add_address(link, {.prefix = prefix, .silent = true});
  }
}

void KeepSilent::undo(Kernel& kernel) const {
  if (!kernel.read_link(link)) return;
  kernel.change_link(link, {.multicast = true, .no_arp = false, .up = false});
  delete_addresses(link, kernel);
  put_back(link, addresses, kernel);
}

std::string KeepSilent::text() const {
  return "keep " + link.str() + " silent with its addresses: " + to_string(addresses);
}

std::vector<IfName> KeepSilent::links() const { return {link}; }

}  // namespace patchbay
