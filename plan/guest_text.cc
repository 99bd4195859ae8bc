#include "plan/guest_text.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "plan/error.h"

namespace patchbay {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

bool has(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string after(const Words& words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() || found + 1 == words.end() ? "" : found[1];
}

std::optional<uint32_t> number(const std::string& text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[noreturn]] void refuse(const char* command, const std::string& expected,
                         const std::string& found) {
  throw Error(Errc::kMalformed, "expected " + expected + ", found " + in_quotes(found), command);
}

template <typename T>
T parsed(const char* command, const std::string& text) {
  try {
    return T::parse(text);
  } catch (const Error& error) {
    throw Error(error.errc(), error.message(), command);
  }
}

constexpr char kAddress[] = "ip address";
constexpr char kRoute[] = "ip route";

// "10.9.9.1 peer 10.9.9.2/32": the length stands at the peer.
IpPrefix prefix_of(const Words& words) {
  if (words[1].find('/') != std::string::npos) return parsed<IpPrefix>(kAddress, words[1]);
  const auto address = parsed<IpAddress>(kAddress, words[1]);
  const std::string peer = after(words, "peer");
  if (peer.find('/') == std::string::npos) return {address, address.bits()};
  return {address, parsed<IpPrefix>(kAddress, peer).length};
}

// One link's block of lines, the first of which is `ip`'s "2: eth0: <UP,LOWER_UP> mtu 1500 …".
class LinkReader {
 public:
  explicit LinkReader(const std::string& line) {
    const Words words = words_of(line);
    nic_.name = words[1].substr(0, words[1].size() - 1);
    // "eth0.7@eth0": a VLAN, a veth or the like has another link under or behind it
    if (const size_t at = nic_.name.find('@'); at != std::string::npos) {
      made_by_the_guest_ = true;
      nic_.name.resize(at);
    }
    const std::string flags = "," + words[2].substr(1, words[2].size() - 2) + ",";
    nic_.up = flags.find(",LOWER_UP,") != std::string::npos;
    nic_.mtu = number(after(words, "mtu")).value_or(0);
    nic_.master = after(words, "master");
    nic_.routes.emplace();
  }

  void add(const std::string& line) {
    const Words words = words_of(line);
    if (words.size() < 2) return;
    if (words[0].starts_with("link/")) return add_link(words);
    if (words[0] == "inet" || words[0] == "inet6") return add_address(words);
    static const Words kNoKinds{"valid_lft", "altname", "alias", "vf", "parentbus"};
    if (!has(kNoKinds, words[0]) && !words[0].ends_with("_slave")) made_by_the_guest_ = true;
  }

  bool is_nic() const { return ethernet_ && !made_by_the_guest_; }
  bool detailed() const { return detailed_; }
  const SeenNic& nic() const { return nic_; }

 private:
  void add_link(const Words& words) {
    ethernet_ = words[0] == "link/ether";
    detailed_ = has(words, "promiscuity");
    const std::string permanent = after(words, "permaddr");
    if (ethernet_) nic_.mac = parsed<Mac>(kAddress, permanent.empty() ? words[1] : permanent);
  }

  void add_address(const Words& words) {
    if (after(words, "scope") == "link") return;
    nic_.addresses.push_back({prefix_of(words), has(words, "dynamic"), has(words, "dadfailed")});
  }

  SeenNic nic_;
  bool ethernet_ = false;
  bool detailed_ = false;
  bool made_by_the_guest_ = false;  // with -d, its kind has a line of its own
};

// "unicast" is not printed by default; of the other types no packet leaves.
bool is_destination(const std::string& word) {
  if (word == "default") return true;
  try {
    word.find('/') == std::string::npos ? void(IpAddress::parse(word))
                                        : void(IpPrefix::parse(word));
    return true;
  } catch (const Error&) {
    return false;
  }
}

// IPv4 where nothing says otherwise; only iproute2 prints `pref`, and only of IPv6.
IpPrefix destination(const std::string& word, const std::optional<IpAddress>& via, bool ipv6) {
  if (word == "default") {
    const bool six = via ? via->family() == Family::kIpv6 : ipv6;
    return {IpAddress::any(six ? Family::kIpv6 : Family::kIpv4), 0};
  }
  if (word.find('/') != std::string::npos) return parsed<IpPrefix>(kRoute, word);
  const auto host = parsed<IpAddress>(kRoute, word);
  return {host, host.bits()};
}

// `hop`: the route itself, or one of the lines "nexthop via … dev …" under it.
void add_hop(const Words& route, const Words& hop, bool ipv6, std::vector<SeenNic>& nics) {
  const std::string device = after(hop, "dev");
  const auto nic = std::find_if(nics.begin(), nics.end(),
                                [&](const SeenNic& each) { return each.name == device; });
  if (nic == nics.end()) return;
  std::string gateway = after(hop, "via");
  const bool other_family = gateway == "inet6" || gateway == "inet";
  if (other_family) gateway = after(hop, gateway);
  std::optional<IpAddress> via;
  if (!gateway.empty()) via = parsed<IpAddress>(kRoute, gateway);
  nic->routes->push_back({destination(route[0], other_family ? std::nullopt : via, ipv6), via,
                          number(after(route, "metric")), after(route, "proto")});
}

}  // namespace

bool is_link_line(const std::string& line) {
  const Words words = words_of(line);
  return words.size() > 4 && words[0].ends_with(":") &&
         number(words[0].substr(0, words[0].size() - 1)) && words[1].ends_with(":") &&
         words[2].starts_with("<") && words[2].ends_with(">") && has(words, "mtu");
}

bool is_route_line(const std::string& line) {
  const Words words = words_of(line);
  if (words.empty() || line.front() == ' ') return false;
  static const Words kNoUnicast{"unreachable", "blackhole", "prohibit",  "throw",
                                "multicast",   "local",     "broadcast", "anycast"};
  if (has(kNoUnicast, words[0])) return words.size() > 1 && is_destination(words[1]);
  return words.size() > 1 && is_destination(words[0]) &&
         (has(words, "dev") || has(words, "metric") || has(words, "proto"));
}

GuestState read_text_nics(const std::string& text) {
  std::vector<LinkReader> links;
  for (const std::string& line : lines_of(text)) {
    if (is_link_line(line)) {
      links.emplace_back(line);
    } else if (!links.empty() && line.starts_with(" ")) {
      links.back().add(line);
    }
  }
  if (links.empty()) refuse(kAddress, "JSON or lines such as \"2: eth0: <…> mtu 1500\"", text);
  GuestState state;
  state.own_links_told = std::all_of(links.begin(), links.end(),
                                     [](const LinkReader& link) { return link.detailed(); });
  for (const LinkReader& link : links) {
    if (link.is_nic()) state.nics.push_back(link.nic());
  }
  return state;
}

void add_text_routes(const std::string& text, std::vector<SeenNic>& nics) {
  const std::vector<std::string> lines = lines_of(text);
  const bool ipv6 = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    const Words words = words_of(line);
    return is_route_line(line) && (words[0].find(':') != std::string::npos ||
                                   words[1].find(':') != std::string::npos || has(words, "pref"));
  });
  Words route;  // the last one, whose hops may follow
  bool recognised = false;
  for (const std::string& line : lines) {
    Words words = words_of(line);
    if (is_route_line(line)) {
      recognised = true;
      route = is_destination(words[0]) ? std::move(words) : Words{};
      if (!route.empty()) add_hop(route, route, ipv6, nics);
    } else if (!words.empty() && words[0] == "nexthop" && !route.empty()) {
      add_hop(route, words, ipv6, nics);
    }
  }
  if (!recognised) refuse(kRoute, "JSON or lines such as \"default via 192.0.2.1 dev eth0\"", text);
  mark_implied_routes(nics);
}

}  // namespace patchbay
