#include "plan/guest_state.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "plan/guest_text.h"
#include "plan/json_reader.h"
#include "plan/text.h"

namespace patchbay {
namespace {

using WordsByLink = std::map<std::string, std::vector<std::string>>;

bool has_flag(const JsonReader& link, std::string_view flag) {
  const std::vector<JsonReader> flags = link.at("flags").elements();
  return std::any_of(flags.begin(), flags.end(),
                     [flag](const JsonReader& each) { return each.string() == flag; });
}

// VLANs, veths and the like name the link under or behind them; -d names the kind of each.
bool made_by_the_guest(const JsonReader& link) {
  const auto details = link.find("linkinfo");
  return link.find("link") || link.find("link_index") || (details && details->find("info_kind"));
}

// iproute2 leaves an empty object where it filters something out.
SeenNic read_nic(const JsonReader& link) {
  SeenNic nic;
  nic.name = link.at("ifname").string();
  nic.mac = link.find_checked<Mac>("permaddr").value_or(Mac());
  if (nic.mac.is_zero()) nic.mac = link.at("address").checked<Mac>();
  nic.mtu = link.at("mtu").u32();
  nic.up = has_flag(link, "LOWER_UP");
  nic.routes.emplace();
  nic.master = link.string_or_empty("master");
  for (const JsonReader& entry : link.at("addr_info").elements()) {
    if (!entry.find("local") || entry.at("scope").string() == "link") continue;
    const auto address = entry.at("local").checked<IpAddress>();
    const auto length = entry.at("prefixlen").number(0, address.bits());
    nic.addresses.push_back({{address, static_cast<uint8_t>(length)},
                             entry.true_at("dynamic"),
                             entry.true_at("dadfailed")});
  }
  return nic;
}

// A JSON array; what `ip` prints without -j never begins so.
bool is_json(const std::string& text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  return start != std::string::npos && text[start] == '[';
}

std::vector<SeenNic> read_json_nics(const std::string& text) {
  const Json parsed = parse_json(text, "ip -j address");
  std::vector<SeenNic> nics;
  for (const JsonReader& link : JsonReader(parsed, "ip -j address").elements()) {
    if (link.string_or_empty("link_type") == "ether" && !made_by_the_guest(link)) {
      nics.push_back(read_nic(link));
    }
  }
  return nics;
}

// "default" has no family of its own. `via` instead of `gateway` is IPv4's, for a gateway of the
// other family; `pref` is IPv6's alone (iproute.c, print_route).
IpPrefix destination(const JsonReader& route, const std::optional<IpAddress>& gateway) {
  const JsonReader to = route.at("dst");
  if (to.string() == "default") {
    const bool ipv6 = gateway ? gateway->family() == Family::kIpv6 : route.find("pref").has_value();
    return {IpAddress::any(ipv6 ? Family::kIpv6 : Family::kIpv4), 0};
  }
  if (to.string().find('/') != std::string::npos) return to.checked<IpPrefix>();
  const auto host = to.checked<IpAddress>();
  return {host, host.bits()};
}

// `hop` is the route itself, or one of the several that it has.
void add_hop(const JsonReader& route, const JsonReader& hop, std::vector<SeenNic>& nics) {
  const std::string device = hop.string_or_empty("dev");
  const auto nic = std::find_if(nics.begin(), nics.end(),
                                [&](const SeenNic& each) { return each.name == device; });
  if (nic == nics.end()) return;
  const auto gateway = hop.find_checked<IpAddress>("gateway");
  const auto other_family = hop.find("via");
  nic->routes->push_back({destination(route, gateway),
                          other_family ? other_family->at("host").checked<IpAddress>() : gateway,
                          route.find_u32("metric"), route.string_or_empty("protocol")});
}

void add_routes(const std::string& text, std::vector<SeenNic>& nics) {
  if (is_blank(text)) return;  // iproute2 before 6.1 prints nothing where there is none
  if (!is_json(text)) return add_text_routes(text, nics);
  const Json parsed = parse_json(text, "ip -j route");
  for (const JsonReader& route : JsonReader(parsed, "ip -j route").elements()) {
    const std::string table = route.string_or_empty("table");
    if (!table.empty() && table != "main") continue;
    const auto hops = route.find("nexthops");
    for (const JsonReader& hop : hops ? hops->elements() : std::vector{route}) {
      add_hop(route, hop, nics);
    }
  }
}

// "Link 3 (enp2s0): WORD WORD", a line each; further words may follow on indented lines.
WordsByLink words_by_link(const std::string& text, const std::string& command) {
  WordsByLink found;
  std::istringstream lines(text);
  std::vector<std::string>* current = nullptr;
  bool recognised = false;
  for (std::string line; std::getline(lines, line);) {
    const bool indented = line.starts_with(" ");
    const size_t open = line.find('(');
    const size_t end = line.find("):");
    if (line.starts_with("Link ") && open < end && end != std::string::npos) {
      current = &found[line.substr(open + 1, end - open - 1)];
      line.erase(0, end + 2);
    } else if (!indented) {
      current = nullptr;
    }
    recognised |= current != nullptr || line.starts_with("Global:");
    if (current == nullptr) continue;
    std::istringstream words(line);
    for (std::string word; words >> word;) current->push_back(word);
  }
  if (recognised) return found;
  throw Error(Errc::kMalformed,
              "expected lines such as \"Link 2 (eth0): …\", found " + in_quotes(text) +
                  "; leave it out where the guest has no systemd-resolved",
              command);
}

// resolv.conf(5). Where all servers are the guest itself, its stub resolver hides the real ones.
void read_resolv_conf(const std::string& text, std::vector<SeenNic>& nics) {
  std::vector<std::string> servers;
  std::vector<std::string> search;
  bool only_itself = true;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string keyword, word;
    words >> keyword;
    if (keyword == "nameserver" && words >> word) {
      servers.push_back(word);
      only_itself &= word.starts_with("127.") || word == "::1";
    } else if (keyword == "search" || keyword == "domain") {
      search.clear();  // the last one counts
      while (words >> word) search.push_back(word);
    }
  }
  for (SeenNic& nic : nics) {
    if (servers.empty() || !only_itself) nic.dns = servers;
    nic.search = search;
  }
}

GuestState read_addresses(const std::string& text) {
  return is_json(text) ? GuestState{read_json_nics(text)} : read_text_nics(text);
}

}  // namespace

void mark_implied_routes(std::vector<SeenNic>& nics) {
  for (SeenNic& nic : nics) {
    if (!nic.routes) continue;
    for (SeenRoute& route : *nic.routes) {
      if (route.via || !route.protocol.empty()) continue;
      const bool implied = std::any_of(
          nic.addresses.begin(), nic.addresses.end(),
          [&](const SeenAddress& address) { return address.prefix.network() == route.to; });
      if (implied) route.protocol = "kernel";
    }
  }
}

std::string to_string(const SeenAddress& address) {
  return (address.length_told ? address.prefix.to_string() : address.prefix.address.to_string()) +
         (address.dynamic ? " (dynamic)" : "") + (address.duplicate ? " (duplicate)" : "");
}

std::string to_string(const SeenRoute& route) {
  return (route.to.is_default() ? "default" : route.to.to_string()) +
         (route.via ? " via " + route.via->to_string() : "");
}

GuestState parse_guest_state(const GuestOutputs& outputs) {
  GuestState state = read_addresses(outputs.addresses);
  for (const std::string& text : outputs.routes) add_routes(text, state.nics);
  if (outputs.dns) {
    WordsByLink words = words_by_link(*outputs.dns, "resolvectl dns");
    for (SeenNic& nic : state.nics) nic.dns = words[nic.name];
  }
  if (outputs.search) {
    WordsByLink words = words_by_link(*outputs.search, "resolvectl domain");
    for (SeenNic& nic : state.nics) nic.search = words[nic.name];
  }
  if (outputs.resolv_conf) {
    read_resolv_conf(*outputs.resolv_conf, state.nics);
    state.resolver_is_one = true;
  }
  return state;
}

}  // namespace patchbay
