#include "cli/nic_wishes.h"

#include <algorithm>

#include "plan/host_address.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

bool warns(const Nic& nic, NicWarning warning) {
  return std::find(nic.warnings.begin(), nic.warnings.end(), warning) != nic.warnings.end();
}

const std::optional<Method>& method_of(const Addressing& addressing, Family family) {
  return family == Family::kIpv4 ? addressing.ipv4 : addressing.ipv6;
}

// The narrowest that the address is in.
const IpPrefix* subnet_of(const IpAddress& address, const Target& target) {
  const IpPrefix* best = nullptr;
  for (const IpPrefix& subnet : target.subnets) {
    if (subnet.family() != address.family() || !subnet.contains(address)) continue;
    if (!best || subnet.length > best->length) best = &subnet;
  }
  return best;
}

class Wishes {
 public:
  Wishes(const Nic& nic, const Target& target, const std::optional<Method>& treat_unknown_as,
         const Place& place)
      : nic_(nic),
        from_(nic.addressing),
        target_(target),
        treat_(treat_unknown_as),
        place_(place) {}

  NetworkWishes run() {
    const bool nothing_known = !from_.ipv4 && !from_.ipv6 && !from_.ipv6_auto;
    if (nothing_known && treat_ == Method::kStatic) return without_address();
    set_methods(nothing_known);
    for (const NicAddress& address : from_.addresses) {
      if (is_static(address.address.family())) add(address);
    }
    for (const auto& gateway : {from_.gateway4, from_.gateway6}) {
      if (gateway && is_static(gateway->family())) {
        add({.to = {IpAddress::any(gateway->family()), 0}, .via = gateway});
      }
    }
    for (const NicRoute& route : from_.routes) {
      if (is_static(route.via.family())) add({.to = route.to.network(), .via = route.via});
    }
    add_dns();
    return std::move(out_);
  }

 private:
  // A NIC that the guest reports without any address has none; of a guest that reports nothing
  // nobody knows.
  NetworkWishes without_address() {
    if (warns(nic_, NicWarning::kNoGuestInfo)) {
      place_.error("is to keep a static address, but no source says which",
                   "give a source that does, or say `treatUnknownAs: dhcp` or `guestConfig: keep` "
                   "for the VM in the map");
    } else {
      place_.warn("has no address in the guest, and gets none", "");
    }
    out_.ipv4 = Ipv4Method::kNone;
    out_.ipv6 = Ipv6Method::kNone;
    return std::move(out_);
  }

  void set_methods(bool nothing_known) {
    const auto ipv4 = nothing_known ? treat_ : decided(from_.ipv4, treat_);
    const auto ipv6 = decided(from_.ipv6, treat_);
    out_.ipv4 = ipv4 == Method::kStatic ? Ipv4Method::kStatic
                : ipv4 == Method::kDhcp ? Ipv4Method::kDhcp
                                        : Ipv4Method::kNone;
    if (ipv6 == Method::kStatic) {
      out_.ipv6 = Ipv6Method::kStatic;
    } else if (from_.ipv6 == Method::kDhcp) {
      out_.ipv6 = Ipv6Method::kDhcp;
    } else if (ipv6 || from_.ipv6_auto) {
      out_.ipv6 = Ipv6Method::kAuto;  // a router says whether there is DHCPv6 besides
    }
  }

  bool is_static(Family family) const {
    return decided(method_of(from_, family), treat_) == Method::kStatic;
  }

  void add(const NicAddress& address) {
    const IpPrefix* subnet = subnet_of(address.address, target_);
    if (!address.length && !subnet) {
      return place_.error(
          "has the address " + address.address.to_string() +
              ", of which no source says the prefix "
              "length",
          "give the network's addresses in the map, as `subnets: [10.0.0.0/24]` of its target");
    }
    const IpPrefix prefix{address.address, address.length ? *address.length : subnet->length};
    const std::string expected = expected_of_host(prefix);
    if (!expected.empty()) {
      return place_.error("expected " + expected + ", found " + prefix.to_string(),
                          "correct it in the source, or say `guestConfig: keep` for the VM in the "
                          "map");
    }
    const bool twice =
        std::any_of(out_.addresses.begin(), out_.addresses.end(),
                    [&](const IpPrefix& known) { return known.address == prefix.address; });
    if (!twice) out_.addresses.push_back(prefix);
  }

  void add(const Route& route) {
    if (route.via->is_any() || route.via->is_multicast()) {
      return place_.warn("its route to " + route.to.to_string() + " via " + route.via->to_string() +
                             " is left out: that is no gateway's address",
                         "");
    }
    if (std::find(out_.routes.begin(), out_.routes.end(), route) == out_.routes.end()) {
      out_.routes.push_back(route);
    }
  }

  void add_dns() {
    Dns dns;
    dns.servers = from_.dns;
    for (std::string domain : from_.search) {
      if (domain.ends_with('.')) domain.pop_back();
      if (is_domain(domain)) {
        dns.search.push_back(domain);
      } else {
        place_.warn("its search domain " + in_quotes(domain) + " is left out: it is no domain name",
                    "");
      }
    }
    if (!dns.empty()) out_.dns = dns;
  }

  const Nic& nic_;
  const Addressing& from_;
  const Target& target_;
  const std::optional<Method>& treat_;
  const Place& place_;
  NetworkWishes out_;
};

}  // namespace

std::optional<Method> decided(const std::optional<Method>& method,
                              const std::optional<Method>& treat_unknown_as) {
  return method == Method::kUnknown ? treat_unknown_as : method;
}

bool is_undecided(const Nic& nic, const std::optional<Method>& treat_unknown_as) {
  const Addressing& addressing = nic.addressing;
  const bool nothing_known = !addressing.ipv4 && !addressing.ipv6 && !addressing.ipv6_auto;
  return !treat_unknown_as && (nothing_known || addressing.ipv4 == Method::kUnknown ||
                               addressing.ipv6 == Method::kUnknown);
}

NetworkWishes nic_wishes(const Nic& nic, const Target& target,
                         const std::optional<Method>& treat_unknown_as, const Place& place) {
  return Wishes(nic, target, treat_unknown_as, place).run();
}

std::vector<IpAddress> kept_addresses(const Addressing& addressing,
                                      const std::optional<Method>& treat_unknown_as) {
  std::vector<IpAddress> kept;
  for (const NicAddress& each : addressing.addresses) {
    const auto& method = method_of(addressing, each.address.family());
    if (decided(method, treat_unknown_as) != Method::kDhcp) kept.push_back(each.address);
  }
  return kept;
}

void check_subnets(const Nic& nic, const Target& target,
                   const std::optional<Method>& treat_unknown_as, const Place& place) {
  const auto check = [&](const IpAddress& address, const std::string& what) {
    const Family family = address.family();
    const bool dropped =
        decided(method_of(nic.addressing, family), treat_unknown_as) == Method::kDhcp;
    const bool known = std::any_of(target.subnets.begin(), target.subnets.end(),
                                   [&](const IpPrefix& s) { return s.family() == family; });
    if (dropped || !known || address.is_link_local() || subnet_of(address, target)) return;
    place.error(what + " " + address.to_string() + " is outside its network, expected one of " +
                    to_string(target.subnets),
                "map the NIC's network to another NAD, or correct the target's `subnets`");
  };
  for (const NicAddress& address : nic.addressing.addresses) check(address.address, "its address");
  for (const auto& gateway : {nic.addressing.gateway4, nic.addressing.gateway6}) {
    if (gateway) check(*gateway, "its gateway");
  }
}

}  // namespace patchbay::cli
