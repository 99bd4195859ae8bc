// What a guest printed, read.
#include "plan/guest_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"
#include "tests/plan/guest_outputs.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> routes_of(const std::string& ip_route, const std::string& nic = "enp2s0") {
  std::vector<std::string> texts;
  for (const SeenNic& each : parse_guest_state({kAddresses, {ip_route}, {}, {}}).nics) {
    if (each.name != nic) continue;
    for (const SeenRoute& route : *each.routes) texts.push_back(to_string(route));
  }
  return texts;
}

// A link beside enp9s0, in the words that iproute2 has for it.
GuestState with_link(const std::string& words) {
  return parse_guest_state({R"([{},{"ifname":"enp9s0","flags":["UP"],"mtu":1500,"link_type":"ether",
      "address":"02:00:00:00:00:09","addr_info":[{}]},
     {"ifname":"more","flags":[],"mtu":1500,"link_type":"ether",)" +
                                words + R"(,"addr_info":[]}])",
                            {},
                            {},
                            {}});
}

std::string failure(const GuestOutputs& outputs) {
  try {
    parse_guest_state(outputs);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(GuestState, IsWhatTheGuestPrinted) {
  const GuestState state = parse_guest_state(guest_outputs());
  ASSERT_EQ(state.nics.size(), 2U);
  const SeenNic pod{"enp1s0",
                    Mac::parse("22:59:99:e9:4d:20"),
                    1450,
                    true,
                    "",
                    {{IpPrefix::parse("10.0.2.2/24"), true, false}},
                    {{{IpPrefix::parse("0.0.0.0/0"), IpAddress::parse("10.0.2.1"), 1024, "dhcp"},
                      {IpPrefix::parse("10.0.2.0/24"), {}, 1024, "kernel"},
                      {IpPrefix::parse("10.0.2.1/32"), {}, 1024, "dhcp"}}},
                    std::vector<std::string>{},
                    std::vector<std::string>{}};
  EXPECT_EQ(state.nics[0], pod);
  EXPECT_EQ(state.nics[1].routes->size(), 4U);
  EXPECT_THAT(*state.nics[1].dns, ElementsAre("10.0.0.53", "fd00::53"));
  EXPECT_THAT(*state.nics[1].search, ElementsAre("corp.example"));
}

TEST(GuestState, ADefaultRouteOfEitherFamilyAndWithSeveralGateways) {
  EXPECT_THAT(
      routes_of(R"([{"dst":"default","gateway":"fe80::1","dev":"enp2s0","pref":"medium"}])"),
      ElementsAre("default via fe80::1"));
  const auto family_of = [](const std::string& words) {
    const std::string text = R"([{"dst":"default","dev":"enp2s0")" + words + "}]";
    return parse_guest_state({kAddresses, {text}, {}, {}}).nics.at(1).routes->at(0).to.family();
  };
  EXPECT_EQ(family_of(R"(,"scope":"link")"), Family::kIpv4);
  EXPECT_EQ(family_of(R"(,"metric":1024,"pref":"medium")"), Family::kIpv6);
  EXPECT_EQ(family_of(R"(,"via":{"family":"inet6","host":"fe80::1"})"), Family::kIpv4);
  const std::string multipath = R"([{"dst":"default","protocol":"ra","metric":1024,"nexthops":[
      {"gateway":"fe80::1","dev":"enp1s0","weight":1},{"gateway":"fe80::2","dev":"enp2s0"}]}])";
  EXPECT_THAT(routes_of(multipath, "enp1s0"), ElementsAre("default via fe80::1"));
  EXPECT_THAT(routes_of(multipath), ElementsAre("default via fe80::2"));
}

TEST(GuestState, RoutesOfOtherTablesAndOtherLinksAreNotANics) {
  EXPECT_THAT(routes_of(R"([{"dst":"10.0.0.0/8","dev":"enp2s0","table":"1001"},
      {"dst":"10.0.0.0/8","dev":"docker0"},{"type":"unreachable","dst":"10.1.0.0/16"}])"),
              IsEmpty());
  EXPECT_THAT(routes_of(""), IsEmpty());
}

TEST(GuestState, LinksThatTheGuestMadeAreNoNics) {
  for (const char* words : {R"("address":"02:00:00:00:00:09","link":"enp9s0")",
                            R"("address":"02:42:00:00:00:09","link_index":7)",
                            R"("address":"02:42:00:00:00:09","linkinfo":{"info_kind":"bridge"})"}) {
    EXPECT_EQ(with_link(words).nics.size(), 1U) << words;
  }
  EXPECT_EQ(with_link(R"("address":"02:00:00:00:00:08","linkinfo":{})").nics.size(), 2U);
  const SeenNic port = with_link(R"("address":"02:00:00:00:00:09","permaddr":"02:00:00:00:00:0a",
                                   "master":"bond0")")
                           .nics.at(1);
  EXPECT_EQ(port.mac, Mac::parse("02:00:00:00:00:0a"));
  EXPECT_EQ(port.master, "bond0");
}

TEST(GuestState, NameServersOnFurtherLines) {
  GuestOutputs outputs = guest_outputs();
  outputs.dns =
      "Global:\nLink 3 (enp2s0): 10.0.0.53\n                 fd00::53\nLink 2 (enp1s0): 9.9.9.9\n";
  const GuestState state = parse_guest_state(outputs);
  EXPECT_THAT(*state.nics[1].dns, ElementsAre("10.0.0.53", "fd00::53"));
  EXPECT_THAT(*state.nics[0].dns, ElementsAre("9.9.9.9"));
}

TEST(GuestState, TextThatIsSomethingElseIsRefusedWithItsName) {
  const GuestOutputs good = guest_outputs();
  GuestOutputs outputs = good;
  outputs.addresses = "[1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536";
  EXPECT_THAT(failure(outputs), HasSubstr("ip -j address: is not JSON"));
  outputs.addresses = "-bash: ip: command not found";
  EXPECT_THAT(failure(outputs), HasSubstr("ip address: expected JSON or lines such as"));
  outputs = good;
  outputs.routes = {"-bash: ip: command not found"};
  EXPECT_THAT(failure(outputs), HasSubstr("ip route: expected JSON or lines such as"));
  outputs = good;
  outputs.addresses = R"([{"ifname":"a","link_type":"ether","address":"x","mtu":1,"flags":[]}])";
  EXPECT_THAT(failure(outputs), HasSubstr("ip -j address[0].address: expected a unicast MAC"));
  outputs = good;
  outputs.routes = {R"([{"dst":"10.0.0.0/33","dev":"enp1s0"}])"};
  EXPECT_THAT(failure(outputs), HasSubstr("ip -j route[0].dst"));
  outputs = good;
  outputs.search = "-bash: resolvectl: command not found\n";
  EXPECT_THAT(failure(outputs), HasSubstr("resolvectl domain: expected lines such as"));
}

}  // namespace
}  // namespace patchbay
