// What is written as patchbay.io/networks is what parse_networks_annotation() gives again, for
// everything that it can give.
#include "plan/annotation_text.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace patchbay {
namespace {

class Drawn {
 public:
  explicit Drawn(unsigned seed) : random_(seed) {}

  std::map<std::string, NetworkWishes> annotation() {
    std::map<std::string, NetworkWishes> all;
    for (size_t i = 0, size = below(5); i < size; ++i) all[network()] = wishes();
    return all;
  }

 private:
  size_t below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }
  bool coin() { return below(2) == 1; }
  std::string digit() { return std::to_string(below(9) + 1); }

  std::string network() {
    constexpr std::array kNames{"blue", "a-1", "with \"quotes\"", "netzwerk-ä", "back\\slash", ""};
    return kNames[below(kNames.size())] + digit();
  }

  // 10.x.y.z and fd00:x::y, each address once.
  std::string v4(size_t nth) { return "10." + digit() + "." + std::to_string(nth) + "." + digit(); }
  std::string v6(size_t nth) { return "fd00:" + std::to_string(nth) + "::" + digit(); }

  NetworkWishes wishes() {
    NetworkWishes wishes;
    constexpr std::array kMethods4{Ipv4Method::kNone, Ipv4Method::kDhcp};
    constexpr std::array kMethods6{Ipv6Method::kNone, Ipv6Method::kAuto, Ipv6Method::kDhcp};
    if (coin()) wishes.ipv4 = kMethods4[below(kMethods4.size())];
    if (coin()) wishes.ipv6 = kMethods6[below(kMethods6.size())];
    for (size_t i = 0, size = below(4); i < size; ++i) {
      const bool four = coin();
      wishes.addresses.push_back(IpPrefix::parse(four ? v4(i) + "/24" : v6(i) + "/64"));
      four ? void(wishes.ipv4 = Ipv4Method::kStatic) : void(wishes.ipv6 = Ipv6Method::kStatic);
    }
    for (size_t i = 0, size = below(5); i < size; ++i) wishes.routes.push_back(route());
    if (coin()) wishes.dns = dns();
    if (coin()) wishes.mtu = static_cast<uint32_t>(1280 + below(8000));
    if (coin()) wishes.guest_name = "ens" + digit();
    if (coin()) wishes.default_route = coin();
    wishes.source_routing = coin();
    return wishes;
  }

  Route route() {
    Route route;
    const bool four = coin();
    const bool everywhere = coin();
    route.to = IpPrefix::parse(four ? (everywhere ? "0.0.0.0/0" : "172." + digit() + ".0.0/16")
                                    : (everywhere ? "::/0" : "fd01:" + digit() + "::/32"));
    if (coin()) route.via = IpAddress::parse(four ? v4(9) : v6(9));
    if (coin()) route.metric = static_cast<uint32_t>(below(4000));
    return route;
  }

  Dns dns() {
    Dns dns;
    for (size_t i = 0, size = below(3); i < size; ++i)
      dns.servers.push_back(IpAddress::parse(v4(i)));
    if (coin()) dns.search = {"corp.example", "example.net"};
    return dns;
  }

  std::mt19937 random_;
};

TEST(NetworksAnnotationText, IsReadBackAsItWas) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const auto all = Drawn(seed).annotation();
    const std::string text = networks_annotation(all);
    Diagnostics diagnostics;
    ASSERT_EQ(parse_networks_annotation(text, diagnostics), all) << text;
    ASSERT_TRUE(diagnostics.empty()) << to_string(diagnostics[0]) << "\n" << text;
  }
}

TEST(NetworksAnnotationText, IsALineForEachNetwork) {
  Diagnostics diagnostics;
  const std::string text =
      R"({"blue": {"addresses":["10.0.0.2/24","fd00::2/64"],"gateway4":"10.0.0.1","gateway6":"fd00::1",)"
      R"("routes":[{"to":"10.9.0.0/16","via":"10.0.0.9","metric":7}],"dns":{"servers":["10.0.0.53"]}},)"
      "\n"
      R"( "red": {"ipv4":"dhcp"}})"
      "\n";
  EXPECT_EQ(networks_annotation(parse_networks_annotation(text, diagnostics)), text);
  EXPECT_EQ(networks_annotation({}), "");
}

TEST(NetworksAnnotationText, SaysNothingThatTheAnnotationHasNoKeyFor) {
  NetworkWishes wishes;
  wishes.routes = {{.to = IpPrefix::parse("10.0.0.0/8"), .mtu = 1400}};
  wishes.dns = Dns{.options = {"ndots:5"}};
  EXPECT_EQ(networks_annotation({{"blue", wishes}}),
            "{\"blue\": {\"routes\":[{\"to\":\"10.0.0.0/8\"}],\"dns\":{}}}\n");
}

}  // namespace
}  // namespace patchbay
