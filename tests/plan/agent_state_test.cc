// What guest agents say: QEMU's own answers, and a VMI's status.
#include "plan/agent_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"

namespace patchbay {
namespace {

using testing::ElementsAre;

constexpr char kInterfaces[] = R"({"return": [
 {"name": "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": [
  {"ip-address-type": "ipv4", "ip-address": "127.0.0.1", "prefix": 8}]},
 {"name": "enp1s0", "hardware-address": "02:00:00:00:00:62", "statistics": {"tx-packets": 1},
  "ip-addresses": [
  {"ip-address-type": "ipv4", "ip-address": "192.168.0.62", "prefix": 26},
  {"ip-address-type": "ipv6", "ip-address": "fe80::62", "prefix": 64},
  {"ip-address-type": "ipv6", "ip-address": "fd00::62", "prefix": 64}]},
 {"name": "sit0"}, {"name": "down0", "hardware-address": "02:00:00:00:00:63"}]})";
constexpr char kRoutes[] = R"({"return": [
 {"iface": "enp1s0", "destination": "0.0.0.0", "gateway": "192.168.0.2", "mask": "0.0.0.0",
  "metric": 100, "version": 4},
 {"iface": "enp1s0", "destination": "192.168.0.0", "gateway": "0.0.0.0", "mask": "255.255.255.192",
  "metric": 0, "version": 4},
 {"iface": "enp1s0", "destination": "fd00::", "desprefixlen": "64", "nexthop": "::", "metric": 256,
  "version": 6},
 {"iface": "enp1s0", "destination": "fd00::62", "desprefixlen": "128", "nexthop": "::",
  "metric": 0, "version": 6},
 {"iface": "enp1s0", "destination": "ff00::", "desprefixlen": "8", "nexthop": "::",
  "metric": 256, "version": 6},
 {"iface": "enp1s0", "destination": "::", "desprefixlen": "0", "nexthop": "fd00::1",
  "metric": 1024, "version": 6},
 {"iface": "lo", "destination": "::", "desprefixlen": "0", "nexthop": "::", "metric": 4294967295,
  "version": 6}]})";

std::vector<std::string> addresses_of(const SeenNic& nic) {
  std::vector<std::string> texts;
  for (const SeenAddress& each : nic.addresses) texts.push_back(to_string(each));
  return texts;
}

TEST(AgentState, SaysAddressesAndNothingOfWhatItDoesNotKnow) {
  const GuestState state = parse_agent_state(kInterfaces, {});
  ASSERT_EQ(state.nics.size(), 2U);
  EXPECT_FALSE(state.own_links_told);
  EXPECT_FALSE(state.lifetimes_told);
  const SeenNic& nic = state.nics[0];
  EXPECT_EQ(nic.name, "enp1s0");
  EXPECT_THAT(addresses_of(nic), ElementsAre("192.168.0.62/26", "fd00::62/64"));
  EXPECT_FALSE(nic.up || nic.routes || nic.dns || nic.search || nic.mtu != 0);
}

TEST(AgentState, RoutesOfANewerAgent) {
  const GuestState state = parse_agent_state(kInterfaces, kRoutes);
  std::vector<std::string> routes;
  for (const SeenRoute& each : *state.nics[0].routes) {
    routes.push_back(to_string(each) + " " + each.protocol);
  }
  EXPECT_THAT(routes, ElementsAre("default via 192.168.0.2 ", "192.168.0.0/26 kernel",
                                  "fd00::/64 kernel", "default via fd00::1 "));
  EXPECT_TRUE(state.nics[1].routes->empty());
}

TEST(AgentState, OfAVmisStatusOnlyWhatTheAgentSaid) {
  const GuestState state = parse_vmi_agent_state(R"({"status": {"interfaces": [
      {"name": "default", "mac": "02:00:00:00:00:01", "ipAddresses": ["10.244.0.7"],
       "infoSource": "domain"},
      {"name": "blue", "mac": "02:00:00:00:00:62", "interfaceName": "enp2s0",
       "ipAddresses": ["192.168.0.62", "fe80::62"], "infoSource": "domain, guest-agent"}]}})");
  ASSERT_EQ(state.nics.size(), 1U);
  EXPECT_EQ(state.nics[0].name, "enp2s0");
  EXPECT_THAT(addresses_of(state.nics[0]), ElementsAre("192.168.0.62"));
  EXPECT_FALSE(state.nics[0].addresses[0].length_told);
}

TEST(AgentState, SilenceIsAnErrorAndNoEmptyGuest) {
  for (const char* vmi : {"{}", R"({"status": {"interfaces": [{"mac": "02:00:00:00:00:01"}]}})"}) {
    EXPECT_THROW(parse_vmi_agent_state(vmi), Error) << vmi;
  }
  EXPECT_THROW(parse_agent_state(R"({"error": {"class": "CommandNotFound"}})", {}), Error);
}

}  // namespace
}  // namespace patchbay
