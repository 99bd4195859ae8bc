#include "plan/cni_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/cni_cache.h"
#include "plan/error.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;

// As the bridge plugin answers with static IPAM, CNI 1.0.0.
constexpr std::string_view kBridge = R"({
  "cniVersion": "1.0.0",
  "interfaces": [
    {"name": "br1", "mac": "02:aa:00:00:00:01"},
    {"name": "veth1234", "mac": "02:aa:00:00:00:02"},
    {"name": "podb1f51a511f1", "mac": "02:00:00:00:00:01", "sandbox": "/run/netns/x"}],
  "ips": [
    {"address": "192.168.0.62/26", "gateway": "192.168.0.2", "interface": 2},
    {"address": "fd00::62/64", "interface": 2}],
  "routes": [{"dst": "0.0.0.0/0"}, {"dst": "10.0.0.0/8", "gw": "192.168.0.3"},
             {"dst": "10.1.0.0/16", "scope": 253}],
  "dns": {"nameservers": ["10.0.0.53"], "domain": "corp.example", "search": ["b.example"],
          "options": ["ndots:2"]},
  "extra": {"ignored": true}
})";

TEST(CniResult, KeepsOrderAndTakesTheGatewayForRoutesWithout) {
  const CniResult result = parse_cni_result(kBridge);
  const auto ips = ips_of(result, "podb1f51a511f1");
  ASSERT_EQ(ips.size(), 2U);
  EXPECT_EQ(ips[0].address.to_string(), "192.168.0.62/26");
  EXPECT_TRUE(ips_of(result, "br1").empty());
  const auto routes = routes_of(result, "podb1f51a511f1");
  ASSERT_EQ(routes.size(), 3U);
  EXPECT_EQ(routes[0].via, IpAddress::parse("192.168.0.2"));
  EXPECT_EQ(routes[1].via, IpAddress::parse("192.168.0.3"));
  EXPECT_EQ(routes[2].via, std::nullopt) << "scope link means on the link";
  EXPECT_EQ(result.dns.search, (std::vector<std::string>{"corp.example", "b.example"}));
  EXPECT_EQ(result.dns.options, std::vector<std::string>{"ndots:2"});
}

TEST(CniResult, Takes031WithVersionInIps) {
  const CniResult result = parse_cni_result(
      R"({"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.1.2.3/24"}],"dns":{}})");
  EXPECT_EQ(ips_of(result, "anything").size(), 1U);
}

TEST(CniResult, KeepsRouteAttributesOf110) {
  const CniResult result = parse_cni_result(
      R"({"cniVersion":"1.1.0","routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1","mtu":1400,
          "advmss":1360,"priority":100,"table":5,"scope":0}]})");
  const Route& route = result.routes.at(0);
  EXPECT_EQ(route.metric, 100U);
  EXPECT_EQ(route.mtu, 1400U);
  EXPECT_EQ(route.advmss, 1360U);
  EXPECT_EQ(route.table, 5U);
  EXPECT_EQ(route.scope, 0U);
}

struct Bad {
  const char* json;
  Errc errc;
  const char* where;
};
class BadCniResult : public ::testing::TestWithParam<Bad> {};

TEST_P(BadCniResult, IsRefusedWithItsPath) {
  try {
    parse_cni_result(GetParam().json);
    FAIL() << GetParam().json;
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), GetParam().errc) << error.what();
    EXPECT_EQ(error.where(), GetParam().where) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCniResult,
    ::testing::Values(
        Bad{"", Errc::kMalformed, "CNI result"}, Bad{"{} {}", Errc::kMalformed, "CNI result"},
        Bad{R"({"a":1,"a":2})", Errc::kMalformed, "CNI result"},
        Bad{"[]", Errc::kInvalidInput, "CNI result"},
        Bad{"{}", Errc::kInvalidInput, "CNI result.cniVersion"},
        Bad{R"({"cniVersion":"0.2.0"})", Errc::kWrongVersion, "CNI result.cniVersion"},
        Bad{R"({"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1"}]})", Errc::kInvalidInput,
            "CNI result.ips[0].address"},
        Bad{R"({"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1/8","interface":0}]})",
            Errc::kInvalidInput, "CNI result.ips[0].interface"},
        Bad{R"({"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1/8","gateway":"fd00::1"}]})",
            Errc::kInvalidInput, "CNI result.ips[0].gateway"},
        Bad{R"({"cniVersion":"1.0.0","routes":[{"dst":"0.0.0.0/0","gw":"fd00::1"}]})",
            Errc::kInvalidInput, "CNI result.routes[0].gw"},
        Bad{R"({"cniVersion":"1.0.0","routes":[{"dst":"0.0.0.0/0","priority":-1}]})",
            Errc::kInvalidInput, "CNI result.routes[0].priority"},
        Bad{R"({"cniVersion":"1.0.0","routes":[{"dst":"0.0.0.0/0","mtu":1500.9}]})",
            Errc::kInvalidInput, "CNI result.routes[0].mtu"},
        Bad{R"({"cniVersion":"1.0.0","interfaces":[{"name":"x","mac":"zz"}]})", Errc::kInvalidInput,
            "CNI result.interfaces[0].mac"},
        Bad{R"({"cniVersion":"1.0.0","dns":{"search":["a b"]}})", Errc::kInvalidInput,
            "CNI result.dns.search[0]"}));

TEST(CniResult, RefusesDepth) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_THROW(parse_cni_result(deep), Error);
  EXPECT_THROW(parse_cni_result(std::string(2 << 20, ' ')), Error);
}

std::string cache_entry(const std::string& config_base64) {
  return R"({"kind":"cniCacheV1","containerId":"c1","config":")" + config_base64 +
         R"(","ifName":"podb1f51a511f1","networkName":"net-br1-vm","netns":"/run/netns/x",)" +
         R"("cniArgs":[["IgnoreUnknown","1"]],"result":{"cniVersion":"0.3.1","ips":[)" +
         R"({"version":"4","address":"192.168.0.62/26"}],"dns":{}}})";
}

TEST(CniCache, GivesIpamOptionsAndResult) {
  // {"cniVersion":"0.3.1","type":"bridge","ipam":{"type":"static"},"patchbay":{"mode":"redirect"}}
  const CniCacheEntry entry = parse_cni_cache_entry(cache_entry(
      "eyJjbmlWZXJzaW9uIjoiMC4zLjEiLCJ0eXBlIjoiYnJpZGdlIiwiaXBhbSI6eyJ0eXBlIjoic3RhdGljIn0sInBhdGNo"
      "YmF5Ijp7Im1vZGUiOiJyZWRpcmVjdCJ9fQ=="));
  EXPECT_EQ(entry.container_id, "c1");
  EXPECT_EQ(entry.if_name, "podb1f51a511f1");
  EXPECT_EQ(entry.network_name, "net-br1-vm");
  EXPECT_EQ(entry.ipam, "static");
  EXPECT_EQ(entry.options.mode, "redirect");
  EXPECT_EQ(entry.result.ips.size(), 1U);
}

TEST(CniCache, RefusesWhatIsNoBase64) {
  EXPECT_THROW(parse_cni_cache_entry(cache_entry("@@@@")), Error);
  EXPECT_THROW(parse_cni_cache_entry(cache_entry("e30")), Error) << "unpadded";
}

}  // namespace
}  // namespace patchbay
