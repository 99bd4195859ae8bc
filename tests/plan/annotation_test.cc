#include "plan/annotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay {
namespace {

using ::testing::HasSubstr;

TEST(NetworksAnnotation, ReadsEveryKey) {
  Diagnostics diagnostics;
  const auto all = parse_networks_annotation(
      R"({"vlan100": {"ipv4": "static", "ipv6": "none", "addresses": ["192.168.0.62/26"],
          "gateway4": "192.168.0.2", "routes": [{"to": "10.0.0.0/8", "via": "192.168.0.3", "metric": 100}],
          "dns": {"servers": ["10.0.0.53"], "search": ["corp.example"]}, "mtu": 1500,
          "guestName": "ens192", "defaultRoute": true}})",
      diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << to_string(diagnostics.front());
  const NetworkWishes& wishes = all.at("vlan100");
  EXPECT_EQ(wishes.ipv4, Ipv4Method::kStatic);
  EXPECT_EQ(wishes.ipv6, Ipv6Method::kNone);
  EXPECT_EQ(wishes.addresses, std::vector{IpPrefix::parse("192.168.0.62/26")});
  ASSERT_EQ(wishes.routes.size(), 2U);
  EXPECT_TRUE(wishes.routes[0].to.is_default());
  EXPECT_EQ(wishes.routes[0].via, IpAddress::parse("192.168.0.2"));
  EXPECT_EQ(wishes.routes[1].metric, 100U);
  EXPECT_EQ(wishes.dns->search, std::vector<std::string>{"corp.example"});
  EXPECT_EQ(wishes.mtu, 1500U);
  EXPECT_EQ(wishes.guest_name, "ens192");
  EXPECT_EQ(wishes.default_route, true);
}

TEST(NetworksAnnotation, ImpliesStaticFromAnAddress) {
  Diagnostics diagnostics;
  const auto all = parse_networks_annotation(
      R"({"a":{"addresses":["fd00::62/64"]},"b":{"ipv6":"auto"},"c":{}})", diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(all.at("a").ipv4, std::nullopt);
  EXPECT_EQ(all.at("a").ipv6, Ipv6Method::kStatic);
  EXPECT_EQ(all.at("b").ipv6, Ipv6Method::kAuto);
  EXPECT_EQ(all.at("c"), NetworkWishes());
}

struct Bad {
  const char* json;
  const char* message;
};
class BadAnnotation : public ::testing::TestWithParam<Bad> {};

TEST_P(BadAnnotation, IsAnErrorThatSaysWhatToDo) {
  Diagnostics diagnostics;
  const auto all = parse_networks_annotation(GetParam().json, diagnostics);
  EXPECT_TRUE(all.empty());
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].severity, Severity::kError);
  EXPECT_THAT(to_string(diagnostics[0]), HasSubstr(GetParam().message));
  EXPECT_THAT(to_string(diagnostics[0]), HasSubstr("annotation patchbay.io/networks"));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAnnotation,
    ::testing::Values(
        Bad{"[]", "expected an object, found an array"}, Bad{"{", "is not JSON"},
        Bad{R"({"a":1})", "expected an object, found 1"},
        Bad{R"({"a":{"adresses":[]}})", "did you mean \"addresses\"?"},
        Bad{R"({"a":{},"a":{}})", "key \"a\" twice"},
        Bad{R"({"a":{"ipv4":"statik"}})", "expected one of static, dhcp, none, found \"statik\""},
        Bad{R"({"a":{"ipv6":"slaac"}})", "expected one of static, auto, dhcp, none"},
        Bad{R"({"a":{"ipv4":"static"}})", "expected an IPv4 address in `addresses`"},
        Bad{R"({"a":{"ipv4":"dhcp","addresses":["10.0.0.1/8"]}})", "has an IPv4 address"},
        Bad{R"({"a":{"addresses":["10.0.0.1"]}})", "prefix length"},
        Bad{R"({"a":{"addresses":["10.0.0.0/8"]}})", "not the network's own"},
        Bad{R"({"a":{"addresses":["192.168.0.63/26"]}})",
            "expected a host's address, not the broadcast address of 192.168.0.0/26, found "
            "\"192.168.0.63/26\""},
        Bad{R"({"a":{"addresses":["10.255.255.255/8"]}})", "broadcast address of 10.0.0.0/8"},
        Bad{R"({"a":{"addresses":["10.0.0.3/30"]}})", "broadcast address of 10.0.0.0/30"},
        Bad{R"({"a":{"addresses":["127.0.0.1/8"]}})", "a host can have"},
        Bad{R"({"a":{"addresses":["10.0.0.1/8","10.0.0.1/24"]}})", "each address once"},
        Bad{R"({"a":{"gateway4":"fd00::1"}})", "an IPv4 unicast address"},
        Bad{R"({"a":{"gateway6":"10.0.0.1"}})", "an IPv6 unicast address"},
        Bad{R"({"a":{"routes":[{"to":"10.0.0.1/8","via":"10.0.0.2"}]}})", "such as 10.0.0.0/8"},
        Bad{R"({"a":{"routes":[{"to":"10.0.0.0/8","via":"fd00::1"}]}})", "an IPv4 gateway"},
        Bad{R"({"a":{"routes":[{"to":"10.0.0.0/8","gw":"10.0.0.2"}]}})",
            "the key \"gw\" is unknown"},
        Bad{R"({"a":{"dns":{"servers":["x"]}}})", "a.dns.servers[0]"},
        Bad{R"({"a":{"dns":{"search":["x y"]}}})", "a domain name"},
        Bad{R"({"a":{"mtu":67}})", "from 68 to 65535"},
        Bad{R"({"a":{"mtu":"1500"}})", "whole number"},
        Bad{R"({"a":{"mtu":1000,"addresses":["fd00::1/64"]}})", "from 1280 to 65535"},
        Bad{R"({"a":{"guestName":"eth1"}})", "not the kernel's own ethN"},
        Bad{R"({"a":{"guestName":"a b"}})", "link name"},
        Bad{R"({"a":{"guestName":"näh"}})", "letters, digits"},
        Bad{R"({"a":{"defaultRoute":"yes"}})", "expected true or false"}));

TEST(NetworksAnnotation, CollectsAllMistakesAndKeepsTheRest) {
  Diagnostics diagnostics;
  const auto all = parse_networks_annotation(
      R"({"a":{"mtu":1},"b":{"ipv4":"dhcp"},"c":{"guestName":"eth0"}})", diagnostics);
  EXPECT_EQ(all.size(), 1U);
  ASSERT_EQ(diagnostics.size(), 2U);
  EXPECT_EQ(diagnostics[0].network, "a");
  EXPECT_EQ(diagnostics[1].network, "c");
}

TEST(NetworksAnnotation, TakesPointToPointAndHostAddresses) {
  Diagnostics diagnostics;
  const auto all = parse_networks_annotation(
      R"({"a":{"addresses":["10.0.0.0/31","10.0.0.3/31","10.0.0.5/32","10.0.0.255/23",
          "fd00::/127","fd01::ffff:ffff:ffff:ffff/64"]}})",
      diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(all.at("a").addresses.size(), 6U);
}

}  // namespace
}  // namespace patchbay
