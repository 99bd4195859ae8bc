// What `ip` prints without -j, by busybox 1.35 and iproute2 6.1 in one and the same namespace.
#include "plan/guest_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay {
namespace {

using testing::ElementsAre;

constexpr char kBusyboxAddresses[] =
    R"(1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: e0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue qlen 1000
    link/ether 02:00:00:00:00:62 brd ff:ff:ff:ff:ff:ff
    inet 192.168.0.62/26 scope global e0
       valid_lft forever preferred_lft forever
    inet 10.9.9.1 peer 10.9.9.2/32 scope global e0
       valid_lft forever preferred_lft forever
    inet6 fd00::77/64 scope global tentative dynamic 
       valid_lft 1000sec preferred_lft 900sec
    inet6 fd00::62/64 scope global flags 02 
       valid_lft forever preferred_lft forever
    inet6 fe80::1c12:aaff:fef8:75f1/64 scope link tentative 
       valid_lft forever preferred_lft forever
3: e0.7@e0: <BROADCAST,MULTICAST> mtu 1450 qdisc noop qlen 1000
    link/ether 02:00:00:00:00:62 brd ff:ff:ff:ff:ff:ff
)";
constexpr char kBusyboxRoutes[] = R"(default via 192.168.0.2 dev e0  metric 100 
10.20.0.0/16 via 192.168.0.3 dev e0 
unreachable 10.66.0.0/16 
192.168.0.0/26 dev e0 scope link  src 192.168.0.62 
)";
constexpr char kBusyboxRoutes6[] = R"(2001:db8::/32  metric 1024 
fd00::/64 dev e0  metric 256 
fe80::/64 dev e0  metric 256 
default via fd00::1 dev e0  metric 1024 
multicast ff00::/8 dev e0  metric 256 
)";
constexpr char kDetailed[] =
    R"(2: enp1s0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq master br0 state UP group default qlen 1000
    link/ether 02:00:00:00:00:09 brd ff:ff:ff:ff:ff:ff promiscuity 1  allmulti 1 minmtu 68 maxmtu 65535 
    bridge_slave state forwarding priority 32 cost 100 numtxqueues 2 numrxqueues 2 parentbus virtio 
    altname ens1
3: br0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:08 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 
    bridge forward_delay 1500 hello_time 200 max_age 2000 numtxqueues 1 numrxqueues 1 
4: eth2: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default qlen 1000
    link/ether 02:00:00:00:00:0a brd ff:ff:ff:ff:ff:ff permaddr 02:00:00:00:00:0b promiscuity 0  
)";
constexpr char kMultipath[] = R"(default proto ra metric 1024 expires 1797sec pref medium
	nexthop via fe80::1 dev e0 weight 1 
	nexthop via fe80::2 dev e9 weight 1 
default via inet6 fe80::5 dev e0 proto static metric 300 
)";

std::vector<std::string> routes_of(const GuestState& state) {
  std::vector<std::string> texts;
  for (const SeenRoute& route : *state.nics.at(0).routes) {
    texts.push_back(to_string(route) + " [" + route.protocol + "] " +
                    (route.metric ? std::to_string(*route.metric) : "-"));
  }
  return texts;
}

TEST(GuestText, BusyboxIsReadAsIsIproute2) {
  const GuestState state =
      parse_guest_state({kBusyboxAddresses, {kBusyboxRoutes, kBusyboxRoutes6}});
  ASSERT_EQ(state.nics.size(), 1U);
  const SeenNic& nic = state.nics[0];
  EXPECT_EQ(nic.name, "e0");
  EXPECT_EQ(nic.mac, Mac::parse("02:00:00:00:00:62"));
  EXPECT_EQ(nic.mtu, 1450U);
  EXPECT_EQ(nic.up, true);
  std::vector<std::string> addresses;
  for (const SeenAddress& each : nic.addresses) addresses.push_back(to_string(each));
  EXPECT_THAT(addresses, ElementsAre("192.168.0.62/26", "10.9.9.1/32", "fd00::77/64 (dynamic)",
                                     "fd00::62/64"));
  EXPECT_THAT(routes_of(state),
              ElementsAre("default via 192.168.0.2 [] 100", "10.20.0.0/16 via 192.168.0.3 [] -",
                          "192.168.0.0/26 [kernel] -", "fd00::/64 [kernel] 256", "fe80::/64 [] 256",
                          "default via fd00::1 [] 1024"));
  EXPECT_EQ(nic.routes->back().to.family(), Family::kIpv6);
}

TEST(GuestText, OnlyDetailsTellTheGuestsOwnLinksApart) {
  EXPECT_FALSE(read_text_nics(kBusyboxAddresses).own_links_told);
  const GuestState state = read_text_nics(kDetailed);
  EXPECT_TRUE(state.own_links_told);
  ASSERT_EQ(state.nics.size(), 2U);
  EXPECT_EQ(state.nics[0].master, "br0");
  EXPECT_EQ(state.nics[1].mac, Mac::parse("02:00:00:00:00:0b"));
  EXPECT_EQ(state.nics[1].up, false);
}

TEST(GuestText, ARouteWithSeveralHopsAndOneOfTheOtherFamily) {
  GuestState state = read_text_nics(kBusyboxAddresses);
  add_text_routes(kMultipath, state.nics);
  EXPECT_THAT(routes_of(state),
              ElementsAre("default via fe80::1 [ra] 1024", "default via fe80::5 [static] 300"));
}

TEST(GuestText, TellsWhatIsALinkAndWhatARoute) {
  EXPECT_TRUE(is_link_line("2: eth0: <UP> mtu 1500"));
  for (const char* line : {"2: eth0", "[    2.5] eth0: link up mtu 1500", "$ ip address", ""}) {
    EXPECT_FALSE(is_link_line(line)) << line;
  }
  EXPECT_TRUE(is_route_line("10.0.0.1 dev eth0 scope link"));
  for (const char* line : {"default", "10.0.0.1 is what I want", "  default dev eth0", ""}) {
    EXPECT_FALSE(is_route_line(line)) << line;
  }
}

TEST(GuestText, ResolvConfIsTheWholeGuests) {
  GuestOutputs outputs{kBusyboxAddresses, {}, {}, {}, {}};
  outputs.resolv_conf = "# by hand\nsearch old\nnameserver 10.0.0.53\nsearch corp.example b\n";
  GuestState state = parse_guest_state(outputs);
  EXPECT_TRUE(state.resolver_is_one);
  EXPECT_THAT(*state.nics[0].dns, ElementsAre("10.0.0.53"));
  EXPECT_THAT(*state.nics[0].search, ElementsAre("corp.example", "b"));
  outputs.resolv_conf = "nameserver 127.0.0.53\n";
  state = parse_guest_state(outputs);
  EXPECT_FALSE(state.nics[0].dns);
}

}  // namespace
}  // namespace patchbay
