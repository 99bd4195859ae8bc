#include "cli/guest_addressing.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr int64_t kNoVirtualNic = -1;  // GuestNicInfo.deviceConfigId

bool holds(const std::vector<NicWarning>& warnings, NicWarning warning) {
  return std::find(warnings.begin(), warnings.end(), warning) != warnings.end();
}

std::string text_of(const GuestAddress& address) {
  return to_string(NicAddress{address.address, address.length});
}

// RFC 4291, appendix A: the MAC in the lower half, its local bit turned, ff:fe in the middle.
bool is_made_of(const IpAddress& address, const std::optional<Mac>& mac) {
  if (!mac || address.family() != Family::kIpv6) return false;
  const uint8_t* low = address.bytes() + 8;
  const uint8_t* m = mac->bytes();
  const uint8_t expected[] = {
      static_cast<uint8_t>(m[0] ^ 0x02U), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  return std::equal(std::begin(expected), std::end(expected), low);
}

// fec0:0:0:ffff::1 to 3, what Windows has where nobody gave it a name server.
bool is_placeholder(const IpAddress& address) {
  const std::string text = address.to_string();
  return text.starts_with("fec0:0:0:ffff::");
}

class Interpreter {
 public:
  Interpreter(const GuestReport& report, const std::vector<Nic>& nics,
              const std::vector<GuestName>& names)
      : report_(report), nics_(nics), names_(names) {
    out_.nics.resize(nics.size());
    states_.resize(nics.size());
    assigned_.reserve(report.nics.size());
  }

  GuestFinding run() {
    for (const GuestNic& entry : report_.nics) assign(entry);
    for (size_t i = 0; i < nics_.size(); ++i) decide_method(i);
    for (const GuestRoute& route : report_.routes) place(route);
    for (size_t i = 0; i < nics_.size(); ++i) give_dns(i);
    give_stack_dns();
    for (const std::string& text : report_.set_aside) ignore(text);
    return std::move(out_);
  }

 private:
  // What is known of a NIC beside what will be said of it.
  struct State {
    size_t entries = 0;
    std::vector<IpPrefix> subnets;  // of every address it has, whatever its origin
    bool has[2][3] = {};            // by family: manual, dhcp, unknown
    bool dhcp4 = false;
    bool dhcp6 = false;
    bool apipa = false;
    bool default_route[2] = {};
    std::optional<GuestDns> dns;
  };
  enum Origin { kManual, kFromDhcp, kOfUnknown };

  void ignore(const std::string& text) {
    if (std::find(out_.ignored.begin(), out_.ignored.end(), text) == out_.ignored.end()) {
      out_.ignored.push_back(text);
    }
  }

  void warn(size_t nic, NicWarning warning) {
    auto& warnings = out_.nics[nic]->warnings;
    if (!holds(warnings, warning)) warnings.push_back(warning);
  }

  std::optional<size_t> find_mac(const Mac& mac) const {
    for (size_t i = 0; i < nics_.size(); ++i) {
      if (nics_[i].mac == mac) return i;
    }
    return std::nullopt;
  }

  std::optional<size_t> find_name(const std::string& name) const {
    for (const GuestName& known : names_) {
      if (known.name == name) return find_mac(known.mac);
    }
    size_t number = 0;
    const char* end = name.data() + name.size();
    if (!name.starts_with("eth") || std::from_chars(name.data() + 3, end, number).ptr != end ||
        name.size() == 3) {
      return std::nullopt;
    }
    return number < nics_.size() ? std::optional(number) : std::nullopt;
  }

  std::optional<size_t> nic_of(const GuestNic& entry) const {
    if (entry.device_key == kNoVirtualNic) return std::nullopt;
    for (size_t i = 0; entry.device_key && i < nics_.size(); ++i) {
      if (nics_[i].device_key == entry.device_key) return i;
    }
    if (entry.mac) return find_mac(*entry.mac);
    if (entry.nic_index) {
      return *entry.nic_index < nics_.size() ? entry.nic_index : std::nullopt;
    }
    return find_name(entry.name);
  }

  void assign(const GuestNic& entry) {
    const std::optional<size_t> nic = nic_of(entry);
    assigned_.push_back(nic);
    if (!nic) return ignore_entry(entry);
    if (!out_.nics[*nic]) out_.nics[*nic].emplace();
    State& state = states_[*nic];
    if (++state.entries > 1) warn(*nic, NicWarning::kSeveralGuestEntries);
    state.dhcp4 |= entry.dhcp4;
    state.dhcp6 |= entry.dhcp6;
    if (entry.dns && !state.dns) state.dns = entry.dns;
    for (const GuestAddress& address : entry.addresses) add(*nic, address, entry);
  }

  void ignore_entry(const GuestNic& entry) {
    std::vector<std::string> addresses;
    for (const GuestAddress& address : entry.addresses) addresses.push_back(text_of(address));
    const std::string who = entry.mac ? entry.mac->to_string() : entry.name;
    ignore((who.empty() ? "" : who + " ") + (addresses.empty() ? "" : join(addresses) + " ") +
           "(no virtual NIC)");
  }

  void add(size_t nic, const GuestAddress& seen, const GuestNic& entry) {
    State& state = states_[nic];
    const IpAddress& address = seen.address;
    const bool ipv6 = address.family() == Family::kIpv6;
    if (address.is_link_local() || address.is_loopback() || address.is_multicast() ||
        address.is_any()) {
      ignore(text_of(seen));
      const bool apipa = address.is_link_local() && !ipv6;
      if (apipa && entry.dhcp4) {
        observe(nic, text_of(seen));
        warn(nic, NicWarning::kApipa);
      }
      return;
    }
    if (seen.length) state.subnets.push_back({address, *seen.length});
    if (seen.origin == "linklayer" ||
        (seen.origin != "manual" && is_made_of(address, nics_[nic].mac))) {
      out_.nics[nic]->addressing.ipv6_auto |= ipv6;
      return observe(nic, text_of(seen) + " (SLAAC: " +
                              (seen.origin.empty() ? "made of the MAC" : "origin " + seen.origin) +
                              (seen.lifetime ? ", has lifetime)" : ")"));
    }
    if (seen.origin == "random") {
      out_.nics[nic]->addressing.ipv6_auto |= ipv6;
      return observe(nic, text_of(seen) + " (origin random" +
                              (seen.state.empty() ? ")" : ", state " + seen.state + ")"));
    }
    const bool dhcp = ipv6 ? entry.dhcp6 : entry.dhcp4;
    if (seen.origin == "dhcp" || (seen.origin != "manual" && dhcp)) {
      state.has[ipv6][kFromDhcp] = true;
      return observe(nic, text_of(seen));
    }
    state.has[ipv6][seen.origin == "manual" ? kManual : kOfUnknown] = true;
    if (seen.origin != "manual") warn(nic, NicWarning::kOriginUnknown);
    if (!seen.length) warn(nic, NicWarning::kPrefixUnknown);
    auto& addresses = out_.nics[nic]->addressing.addresses;
    const NicAddress kept{address, seen.length};
    if (std::find(addresses.begin(), addresses.end(), kept) == addresses.end()) {
      addresses.push_back(kept);
    }
  }

  void observe(size_t nic, const std::string& text) {
    auto& observed = out_.nics[nic]->addressing.observed;
    if (std::find(observed.begin(), observed.end(), text) == observed.end()) {
      observed.push_back(text);
    }
  }

  std::optional<Method> method_of(const State& state, bool ipv6) const {
    const bool(&has)[3] = state.has[ipv6];
    if (has[kManual]) return Method::kStatic;
    if (has[kOfUnknown]) return Method::kUnknown;
    if (has[kFromDhcp] || (ipv6 ? state.dhcp6 : state.dhcp4)) return Method::kDhcp;
    return std::nullopt;
  }

  // A candidate that the map has to decide on outweighs the other family's DHCP.
  void decide_method(size_t i) {
    if (!out_.nics[i]) return;
    Addressing& addressing = out_.nics[i]->addressing;
    const State& state = states_[i];
    addressing.ipv4 = method_of(state, false);
    addressing.ipv6 = method_of(state, true);
    const auto is = [&](Method m) { return addressing.ipv4 == m || addressing.ipv6 == m; };
    addressing.method = is(Method::kStatic)                ? Method::kStatic
                        : is(Method::kUnknown)             ? Method::kUnknown
                        : state.dhcp4 || is(Method::kDhcp) ? Method::kDhcp
                                                           : Method::kUnknown;
    if (addressing.method == Method::kUnknown && addressing.addresses.empty() &&
        addressing.observed.empty()) {
      warn(i, NicWarning::kNoAddress);
    }
  }

  // The one NIC whose subnet has the gateway, whatever `device` says; else `device`'s.
  std::optional<size_t> nic_of(const GuestRoute& route) const {
    std::optional<size_t> found;
    size_t count = 0;
    for (size_t i = 0; i < nics_.size(); ++i) {
      if (!in_subnet(i, *route.via)) continue;
      found = i;
      ++count;
    }
    if (count == 1) return found;
    return route.device && *route.device < assigned_.size() ? assigned_[*route.device]
                                                            : std::nullopt;
  }

  bool in_subnet(size_t nic, const IpAddress& address) const {
    const auto& subnets = states_[nic].subnets;
    return std::any_of(subnets.begin(), subnets.end(), [&](const IpPrefix& subnet) {
      return subnet.family() == address.family() && subnet.contains(address);
    });
  }

  // A host route without gateway makes a gateway reachable that no subnet has.
  bool on_link(size_t nic, const IpAddress& address) const {
    return in_subnet(nic, address) || address.is_link_local() ||
           std::any_of(report_.routes.begin(), report_.routes.end(), [&](const GuestRoute& route) {
             return !route.via && route.to == IpPrefix{address, address.bits()};
           });
  }

  bool has_address(size_t nic, Family family) const {
    const auto& addresses = out_.nics[nic]->addressing.addresses;
    return std::any_of(addresses.begin(), addresses.end(), [&](const NicAddress& address) {
      return address.address.family() == family;
    });
  }

  void place(const GuestRoute& route) {
    if (!route.via || route.to.address.is_multicast() || route.via->is_any()) return;
    const std::optional<size_t> nic = nic_of(route);
    const std::string text =
        route.to.is_default() ? "gateway " + route.via->to_string()
                              : "route " + route.to.to_string() + " via " + route.via->to_string();
    if (!nic) {
      ignore(text + " (no virtual NIC)");
      if (route.to.is_default()) warn("gateway-without-nic");
      return;
    }
    if (route.to.is_default()) return place_default(*nic, *route.via, text);
    if (!has_address(*nic, route.via->family())) return observe(*nic, text);
    auto& routes = out_.nics[*nic]->addressing.routes;
    const NicRoute kept{route.to, *route.via};
    if (std::find(routes.begin(), routes.end(), kept) == routes.end()) routes.push_back(kept);
  }

  void place_default(size_t nic, const IpAddress& via, const std::string& text) {
    const bool ipv6 = via.family() == Family::kIpv6;
    bool elsewhere = false;
    for (size_t i = 0; i < nics_.size(); ++i)
      elsewhere |= i != nic && states_[i].default_route[ipv6];
    states_[nic].default_route[ipv6] = true;
    if (!has_address(nic, via.family())) {
      return observe(nic, text + (ipv6 && via.is_link_local() ? " (RA)" : ""));
    }
    Addressing& addressing = out_.nics[nic]->addressing;
    std::optional<IpAddress>& gateway = ipv6 ? addressing.gateway6 : addressing.gateway4;
    if (!on_link(nic, via)) warn(nic, NicWarning::kGatewayOutsideSubnet);
    if (elsewhere || (gateway && *gateway != via)) warn(nic, NicWarning::kSecondDefaultRoute);
    if (gateway && *gateway != via) return ignore(text + " (the NIC has another one)");
    gateway = via;
  }

  void warn(const std::string& warning) {
    if (std::find(out_.warnings.begin(), out_.warnings.end(), warning) == out_.warnings.end()) {
      out_.warnings.push_back(warning);
    }
  }

  void give_dns(size_t i) {
    if (states_[i].dns) give_dns(i, *states_[i].dns);
  }

  void give_dns(size_t i, const GuestDns& dns) {
    Addressing& addressing = out_.nics[i]->addressing;
    const bool dhcp = addressing.method == Method::kDhcp;
    for (const IpAddress& server : dns.servers) {
      if (is_placeholder(server)) {
        ignore(server.to_string());
      } else if (server.is_loopback()) {
        ignore(server.to_string() + " (a resolver inside the guest)");
        warn("local-resolver");
      } else if (dhcp) {
        observe(i, "dns " + server.to_string());
      } else {
        addressing.dns.push_back(server);
      }
    }
    for (const std::string& domain : dns.search) {
      if (dhcp) {
        observe(i, "search " + domain);
      } else {
        addressing.search.push_back(domain);
      }
    }
  }

  void give_stack_dns() {
    if (report_.dns.empty()) return;
    const bool own = std::any_of(states_.begin(), states_.end(),
                                 [](const State& state) { return state.dns.has_value(); });
    if (own) out_.global_dns = report_.dns;
    for (const bool ipv6 : {false, true}) {
      for (size_t i = 0; i < nics_.size(); ++i) {
        if (!states_[i].default_route[ipv6]) continue;
        if (!states_[i].dns) give_dns(i, report_.dns);
        return;
      }
    }
    if (own) return;
    out_.global_dns = report_.dns;
    warn("dns-without-nic");
  }

  const GuestReport& report_;
  const std::vector<Nic>& nics_;
  const std::vector<GuestName>& names_;
  std::vector<State> states_;
  std::vector<std::optional<size_t>> assigned_;  // by entry of the report
  GuestFinding out_;
};

}  // namespace

GuestFinding interpret(const GuestReport& report, const std::vector<Nic>& nics,
                       const std::vector<GuestName>& names) {
  return Interpreter(report, nics, names).run();
}

}  // namespace patchbay::cli
