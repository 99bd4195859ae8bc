#include "plan/compare_guest.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "plan/default_route_check.h"
#include "plan/kept_default.h"
#include "plan/text.h"

namespace patchbay {
namespace {

// What to look at, each where only that can be the reason.
constexpr char kNoNic[] =
    "whether the interface is in the domain (virsh dumpxml), and the guest has a driver for it";
constexpr char kStrangeNic[] =
    "whether the VM has an interface that the plan was made without; for a link that the guest "
    "made "
    "itself, give the output of ip -d -j address, which tells them apart";
constexpr char kLink[] =
    "whether the interface's state is down in the VM's spec, and the tap is up in the pod "
    "(patchbay "
    "inspect)";
constexpr char kMissing[] =
    "what the guest was told (patchbay render; networkData that a user wrote is stronger), and "
    "what "
    "it made of it: cloud-init status --long, /var/log/cloud-init.log";
constexpr char kStrange[] =
    "what else configures this NIC in the guest: files of its own, or a configuration from before";
constexpr char kExpires[] = "a DHCP client in the guest beside the static configuration";
constexpr char kDuplicate[] = "which other host on this network has the address";
constexpr char kNoLease[] =
    "whether a DHCP server on this network has a lease for the MAC, and the log of the guest's "
    "DHCP "
    "client";
constexpr char kNoAdvertisement[] = "whether a router on this network advertises a prefix";
constexpr char kOrder[] =
    "the guest's renderer: networkd sorts addresses by their text (cloudinit/README.md)";
constexpr char kMtu[] = "what else sets it in the guest: DHCP, or a configuration of its own";
constexpr char kName[] =
    "whether the guest's renderer names NICs; some do so at the next boot only";
constexpr char kResolver[] =
    "resolvectl status, and whether the guest's renderer hands name servers to systemd-resolved";

template <typename Item>
std::string shown(const std::vector<Item>& items) {
  std::vector<std::string> texts;
  for (const Item& item : items) texts.push_back(to_string(item));
  return join(texts);
}

// What an address or a lease brings by itself: its subnet, link-local ones, the way to a lease's
// gateway, and that to a gateway of the plan's outside every subnet.
bool is_implied(const SeenRoute& route, const std::vector<Route>& planned) {
  if (route.via || route.to.is_default()) return false;
  if (route.protocol == "kernel" || route.protocol == "ra") return true;
  if (route.to.address.is_link_local()) return true;
  if (route.to.length != route.to.address.bits()) return false;
  return route.protocol == "dhcp" ||
         std::any_of(planned.begin(), planned.end(),
                     [&](const Route& each) { return each.via == route.to.address; });
}

bool is_told(const Route& planned, const SeenRoute& seen) {
  return planned.to.network() == seen.to && planned.via == seen.via &&
         (planned.to.is_default() || !planned.metric || planned.metric == seen.metric);
}

// By IPv4 subnet, without those that expire; only where there is more than one.
std::map<IpPrefix, std::vector<std::string>> ranked(const std::vector<SeenAddress>& addresses) {
  std::map<IpPrefix, std::vector<std::string>> subnets;
  for (const SeenAddress& each : addresses) {
    if (each.prefix.family() == Family::kIpv4 && !each.dynamic) {
      subnets[each.prefix.network()].push_back(each.prefix.address.to_string());
    }
  }
  std::erase_if(subnets, [](const auto& subnet) { return subnet.second.size() < 2; });
  return subnets;
}

std::string shown(const std::map<IpPrefix, std::vector<std::string>>& subnets) {
  std::vector<std::string> texts;
  for (const auto& [subnet, addresses] : subnets) texts.push_back(join(addresses, " before "));
  return join(texts);
}

// All of `wanted` in their order, with others between them only where some may be added.
bool in_order(const std::vector<std::string>& wanted, const std::vector<std::string>& found,
              bool may_have_more) {
  if (!may_have_more) return wanted == found;
  auto next = wanted.begin();
  for (const std::string& each : found) {
    if (next != wanted.end() && *next == each) ++next;
  }
  return next == wanted.end();
}

// One attachment and the NIC that has its MAC.
class NicComparison {
 public:
  NicComparison(const NetworkPlan& plan, const Attachment& attachment, const SeenNic& nic,
                const GuestState& guest)
      : plan_(plan), attachment_(attachment), nic_(nic), guest_(guest) {}

  void into(NicReport& report) && {
    if (!nic_.up) {
      not_looked_at_.emplace_back("link");
    } else if (!*nic_.up && (!attachment_.addresses.empty() || learns_any())) {
      add("link", "up", "down or without carrier", kLink);
    }
    if (!attachment_.guest_name.empty()) {
      add("name", attachment_.guest_name, nic_.name,
          attachment_.guest_name == nic_.name ? "" : kName);
    }
    compare_addresses();
    compare_routes();
    if (attachment_.mtu != 0 && nic_.mtu == 0) {
      not_looked_at_.emplace_back("MTU");
    } else if (attachment_.mtu != 0) {
      add("MTU", std::to_string(attachment_.mtu), std::to_string(nic_.mtu),
          attachment_.mtu == nic_.mtu ? "" : kMtu);
    }
    std::vector<std::string> servers;
    for (const IpAddress& server : attachment_.dns.servers) servers.push_back(server.to_string());
    compare_words("name servers", servers, nic_.dns);
    compare_words("search domains", attachment_.dns.search, nic_.search);
    report.checks = std::move(checks_);
    report.not_looked_at = std::move(not_looked_at_);
  }

 private:
  void add(const char* what, std::string expected, std::string found, std::string look_at) {
    checks_.push_back({what, std::move(expected), std::move(found), std::move(look_at)});
  }

  bool learns_any() const {
    return learns_routes(attachment_, Family::kIpv4) || learns_routes(attachment_, Family::kIpv6);
  }

  void compare_addresses() {
    std::vector<std::string> expected;
    std::vector<SeenAddress> planned;
    for (const PlannedAddress& each : attachment_.addresses) {
      planned.push_back({each.prefix});
      expected.push_back(each.prefix.to_string());
    }
    if (attachment_.ipv4 == Ipv4Method::kDhcp) expected.push_back(dhcp_of(Family::kIpv4));
    if (attachment_.ipv6 == Ipv6Method::kDhcp) expected.push_back(dhcp_of(Family::kIpv6));
    if (attachment_.ipv6 == Ipv6Method::kAuto) expected.emplace_back("IPv6 by advertisement");
    std::string look_at = wrong_address();
    if (!look_at.empty() && !nic_.master.empty()) {
      look_at = "the addresses of " + nic_.master + ", which this NIC is a port of in the guest";
    }
    const bool alike = look_at.empty();
    add("addresses", join(expected), shown(nic_.addresses), std::move(look_at));
    if (std::any_of(nic_.addresses.begin(), nic_.addresses.end(),
                    [](const SeenAddress& each) { return !each.length_told; })) {
      not_looked_at_.emplace_back("prefix lengths");
    }
    if (!guest_.lifetimes_told) {
      not_looked_at_.emplace_back("whether addresses expire");
      return;  // nor does it tell an order
    }
    const auto order = ranked(planned);
    if (!alike || order.empty()) return;
    const auto found = ranked(nic_.addresses);
    add("order of addresses", shown(order), shown(found), order == found ? "" : kOrder);
  }

  // What to look at, for the first mistake; empty: there is none.
  std::string wrong_address() const {
    std::set<Family> learnt;
    for (const PlannedAddress& planned : attachment_.addresses) {
      const bool there =
          std::any_of(nic_.addresses.begin(), nic_.addresses.end(),
                      [&](const SeenAddress& address) { return is_same(address, planned.prefix); });
      if (!there) return kMissing;
    }
    for (const SeenAddress& address : nic_.addresses) {
      if (address.duplicate) return kDuplicate;
      if (is_planned(address)) {
        if (address.dynamic) return kExpires;
      } else if (is_leased(address)) {
        learnt.insert(address.prefix.family());
      } else if ((address.dynamic || !guest_.lifetimes_told) &&
                 learns_routes(attachment_, address.prefix.family())) {
        if (leased(address.prefix.family()).empty()) learnt.insert(address.prefix.family());
      } else {
        return address.dynamic ? kExpires : kStrange;
      }
    }
    if (learns_routes(attachment_, Family::kIpv4) && !learnt.contains(Family::kIpv4)) {
      return kNoLease;
    }
    if (learns_routes(attachment_, Family::kIpv6) && !learnt.contains(Family::kIpv6)) {
      return attachment_.ipv6 == Ipv6Method::kAuto ? kNoAdvertisement : kNoLease;
    }
    return {};
  }

  // What the responder tells of that family.
  std::vector<std::string> leased(Family family) const {
    std::vector<std::string> found;
    if (!attachment_.lease) return found;
    for (const PlannedAddress& each : attachment_.lease->addresses) {
      if (each.prefix.family() == family) found.push_back(each.prefix.address.to_string());
    }
    return found;
  }

  std::string dhcp_of(Family family) const {
    const std::string any = family == Family::kIpv4 ? "IPv4" : "IPv6";
    const auto addresses = leased(family);
    return (addresses.empty() ? any : join(addresses, " or ")) + " by DHCP";
  }

  // By its address alone: DHCPv6 tells no prefix length (RFC 8415), and a lease need not expire.
  bool is_leased(const SeenAddress& seen) const {
    if (!learns_routes(attachment_, seen.prefix.family()) || !attachment_.lease) return false;
    return std::any_of(
        attachment_.lease->addresses.begin(), attachment_.lease->addresses.end(),
        [&](const PlannedAddress& each) { return each.prefix.address == seen.prefix.address; });
  }

  bool is_planned(const SeenAddress& address) const {
    return std::any_of(
        attachment_.addresses.begin(), attachment_.addresses.end(),
        [&](const PlannedAddress& planned) { return is_same(address, planned.prefix); });
  }

  static bool is_same(const SeenAddress& seen, const IpPrefix& planned) {
    return seen.length_told ? seen.prefix == planned : seen.prefix.address == planned.address;
  }

  void compare_routes() {
    if (!nic_.routes) return not_looked_at_.emplace_back("routes"), void();
    std::vector<Route> told;
    for (const Route& route : attachment_.routes) {
      if (tells(route)) told.push_back(route);
    }
    std::string look_at;
    std::vector<std::string> expected;
    for (const Route& route : told) {
      const bool there = std::any_of(nic_.routes->begin(), nic_.routes->end(),
                                     [&](const SeenRoute& seen) { return is_told(route, seen); });
      if (!there) look_at = kMissing;
      expected.push_back(with_metric(SeenRoute{route.to.network(), route.via, {}, {}},
                                     route.to.is_default() ? std::nullopt : route.metric));
    }
    std::vector<std::string> found;
    for (const SeenRoute& seen : *nic_.routes) {
      const bool wanted = std::any_of(told.begin(), told.end(),
                                      [&](const Route& route) { return is_told(route, seen); });
      if (!wanted && is_implied(seen, attachment_.routes)) continue;
      if (!wanted && !may_learn(seen) && look_at.empty()) look_at = kStrange;
      found.push_back(with_metric(seen, wanted ? std::nullopt : seen.metric));
    }
    add("routes", join(expected), join(found), std::move(look_at));
  }

  static std::string with_metric(const SeenRoute& route, const std::optional<uint32_t>& metric) {
    return to_string(route) + (metric ? " metric " + std::to_string(*metric) : "");
  }

  // Whether the guest's main table shall have it, besides what the addresses imply.
  bool tells(const Route& route) const {
    if (!in_main_table(route)) return false;
    if (route.to.is_default()) return &route == kept_default(plan_, route.to.family());
    return route.via || std::none_of(attachment_.addresses.begin(), attachment_.addresses.end(),
                                     [&](const PlannedAddress& planned) {
                                       return planned.prefix.length <= route.to.length &&
                                              planned.prefix.contains(route.to.address);
                                     });
  }

  // Some DHCP clients say of their routes what they are, some nothing; static ones are "static" but
  // ifupdown's.
  bool may_learn(const SeenRoute& route) const {
    constexpr std::array<std::string_view, 4> kLearnt{"", "boot", "dhcp", "ra"};
    return learns_routes(attachment_, route.to.family()) &&
           std::find(kLearnt.begin(), kLearnt.end(), route.protocol) != kLearnt.end() &&
           !(route.to.is_default() && attachment_.never_default);
  }

  void compare_words(const char* what, const std::vector<std::string>& wanted,
                     const std::optional<std::vector<std::string>>& found) {
    if (found) {
      const bool may_have_more = learns_any() || guest_.resolver_is_one;
      add(what, join(wanted), join(*found),
          in_order(wanted, *found, may_have_more) ? "" : kResolver);
    } else if (!wanted.empty()) {
      not_looked_at_.emplace_back(what);
    }
  }

  const NetworkPlan& plan_;
  const Attachment& attachment_;
  const SeenNic& nic_;
  const GuestState& guest_;
  std::vector<Check> checks_;
  std::vector<std::string> not_looked_at_;
};

// Takes the guest's NICs one after the other, so that what is left belongs to no network.
class Comparison {
 public:
  Comparison(const NetworkPlan& plan, const GuestState& guest)
      : plan_(plan), guest_(guest), left_(guest.nics), report_{plan.vmi, {}, {}} {}

  GuestReport done() {
    for (const Attachment& attachment : plan_.attachments) add(attachment);
    for (const OtherNic& other : plan_.others) add(other);
    std::stable_sort(report_.nics.begin(), report_.nics.end(),
                     [this](const NicReport& a, const NicReport& b) {
                       return place(a.network) < place(b.network);
                     });
    add_left();
    report_.checks = check_default_routes(plan_, guest_);
    return std::move(report_);
  }

 private:
  size_t place(const std::string& network) const {
    return static_cast<size_t>(std::find(plan_.order.begin(), plan_.order.end(), network) -
                               plan_.order.begin());
  }

  std::optional<SeenNic> take(const Mac& mac) {
    const auto nic = std::find_if(left_.begin(), left_.end(),
                                  [&](const SeenNic& each) { return each.mac == mac; });
    if (nic == left_.end()) return std::nullopt;
    SeenNic taken = std::move(*nic);
    left_.erase(nic);
    return taken;
  }

  NicReport& report(const std::string& network, const Mac& mac, std::optional<SeenNic> nic,
                    const std::vector<Route>& planned) {
    if (nic && nic->routes) {
      std::erase_if(*nic->routes,
                    [&](const SeenRoute& route) { return is_implied(route, planned); });
    }
    return report_.nics.emplace_back(NicReport{network, mac, std::move(nic), {}, {}});
  }

  static Check missing(const Mac& mac) { return {"NIC", mac.to_string(), "none", kNoNic}; }

  void add(const Attachment& attachment) {
    const std::optional<SeenNic> nic = take(attachment.mac);
    NicReport& made = report(attachment.network, attachment.mac, nic, attachment.routes);
    if (nic) {
      NicComparison(plan_, attachment, *nic, guest_).into(made);
    } else {
      made.checks = {missing(attachment.mac)};
    }
  }

  void add(const OtherNic& other) {
    const bool known = !other.mac.is_zero();
    NicReport& made = report(other.network, other.mac, known ? take(other.mac) : std::nullopt, {});
    if (known && !made.found) made.checks = {missing(other.mac)};
  }

  // Where the MAC of one of the VM's is not known, it may be that one.
  void add_left() {
    const bool all_known = guest_.own_links_told &&
                           std::none_of(plan_.others.begin(), plan_.others.end(),
                                        [](const OtherNic& other) { return other.mac.is_zero(); });
    for (const SeenNic& nic : left_) {
      NicReport& made = report("", nic.mac, nic, {});
      if (all_known) made.checks = {{"NIC", "none", nic.mac.to_string(), kStrangeNic}};
    }
  }

  const NetworkPlan& plan_;
  const GuestState& guest_;
  std::vector<SeenNic> left_;
  GuestReport report_;
};

}  // namespace

size_t differences(const GuestReport& report) {
  const auto of = [](const std::vector<Check>& checks) {
    return static_cast<size_t>(std::count_if(checks.begin(), checks.end(),
                                             [](const Check& check) { return !check.holds(); }));
  };
  size_t count = of(report.checks);
  for (const NicReport& nic : report.nics) count += of(nic.checks);
  return count;
}

bool saw_all(const GuestReport& report) {
  return std::all_of(report.nics.begin(), report.nics.end(),
                     [](const NicReport& nic) { return nic.not_looked_at.empty(); });
}

GuestReport compare_guest(const NetworkPlan& plan, const GuestState& guest) {
  return Comparison(plan, guest).done();
}

}  // namespace patchbay
