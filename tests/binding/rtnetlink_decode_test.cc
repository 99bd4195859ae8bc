#include "binding/rtnetlink_decode.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace patchbay {
namespace {

void put(NetlinkMessage& message, int type, const IpAddress& address) {
  message.bytes(type, address.bytes(), address.size());
}

// The message as if the kernel had sent it: a request's type is its answer's as well here.
const nlmsghdr& sent(const NetlinkMessage& message) { return *nlmsg_hdr(message.get()); }

TEST(DecodeLink, ATapWithAllItsAttributes) {
  ifinfomsg header{};
  header.ifi_index = 7;
  header.ifi_type = ARPHRD_ETHER;
  header.ifi_flags = IFF_UP | IFF_MULTICAST;
  const Mac mac = Mac::parse("02:00:00:00:00:62");
  NetlinkMessage message(RTM_NEWLINK, 0);
  message.header(header)
      .string(IFLA_IFNAME, "tap16477688c0e")
      .string(IFLA_IFALIAS, "{\"v\":1}")
      .u32(IFLA_MTU, 1450)
      .bytes(IFLA_ADDRESS, mac.bytes(), 6)
      .nest(IFLA_LINKINFO, [](NetlinkMessage& info) {
        info.string(IFLA_INFO_KIND, "tun").nest(IFLA_INFO_DATA, [](NetlinkMessage& data) {
          data.u8(IFLA_TUN_TYPE, IFF_TAP).u32(IFLA_TUN_OWNER, 107).u8(IFLA_TUN_MULTI_QUEUE, 1);
        });
      });
  const auto link = decode_link(sent(message));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->index, 7);
  EXPECT_EQ(link->state.name.str(), "tap16477688c0e");
  EXPECT_EQ(link->state.alias, "{\"v\":1}");
  EXPECT_EQ(link->state.mtu, 1450u);
  EXPECT_EQ(link->state.mac, mac);
  EXPECT_TRUE(link->state.up);
  EXPECT_TRUE(link->state.multicast);
  EXPECT_FALSE(link->state.all_multicast);
  EXPECT_FALSE(link->state.addr_gen_mode);
  EXPECT_EQ(link->state.tun, (TunInfo{.tap = true, .owner = 107, .multi_queue = true}));
}

TEST(DecodeLink, AShortMessageIsNone) {
  EXPECT_FALSE(decode_link(sent(NetlinkMessage(RTM_NEWLINK, 0))));
  EXPECT_FALSE(decode_link(sent(NetlinkMessage(RTM_NEWADDR, 0).header(ifinfomsg{}))));
}

std::optional<IndexedAddress> address(uint8_t scope, uint32_t flags, uint8_t maker,
                                      uint32_t valid = UINT32_MAX) {
  ifaddrmsg header{};
  header.ifa_family = AF_INET6;
  header.ifa_prefixlen = 64;
  header.ifa_index = 3;
  header.ifa_scope = scope;
  ifa_cacheinfo times{};
  times.ifa_valid = valid;
  times.tstamp = 4711;
  NetlinkMessage message(RTM_NEWADDR, 0);
  message.header(header);
  put(message, IFA_ADDRESS, IpAddress::parse("fd00::62"));
  message.bytes(IFA_CACHEINFO, &times, sizeof times).u32(IFA_FLAGS, flags);
  if (maker != 0) message.u8(IFA_PROTO, maker);
  return decode_address(sent(message));
}

TEST(DecodeAddress, WhatTheKernelMadeIsMarked) {
  EXPECT_FALSE(address(RT_SCOPE_HOST, 0, 0));
  EXPECT_FALSE(address(RT_SCOPE_UNIVERSE, IFA_F_PERMANENT, 0)->address.kernel_made);
  EXPECT_TRUE(address(RT_SCOPE_LINK, IFA_F_PERMANENT, IFAPROT_KERNEL_LL)->address.kernel_made);
  EXPECT_TRUE(address(RT_SCOPE_UNIVERSE, 0, IFAPROT_KERNEL_RA, 3600)->address.kernel_made);
}

TEST(DecodeAddress, TwoReadingsAreEqualWhateverTheKernelCounts) {
  const auto first = address(RT_SCOPE_UNIVERSE, IFA_F_TENTATIVE | IFA_F_NOPREFIXROUTE, 0);
  const auto later = address(RT_SCOPE_UNIVERSE, IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE, 0);
  EXPECT_EQ(first->address, later->address);
  const auto other = address(RT_SCOPE_UNIVERSE, IFA_F_PERMANENT, 0);
  EXPECT_NE(first->address, other->address);
}

struct RouteParts {
  uint8_t type = RTN_UNICAST;
  uint8_t protocol = RTPROT_BOOT;
  uint32_t table = RT_TABLE_MAIN;
  uint32_t metric = 0;
  bool link = true;
};

std::optional<IndexedRoute> route(const RouteParts& parts) {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_dst_len = 8;
  header.rtm_type = parts.type;
  header.rtm_protocol = parts.protocol;
  header.rtm_scope = RT_SCOPE_UNIVERSE;
  NetlinkMessage message(RTM_NEWROUTE, 0);
  message.header(header).u32(RTA_TABLE, parts.table);
  put(message, RTA_DST, IpAddress::parse("10.0.0.0"));
  put(message, RTA_GATEWAY, IpAddress::parse("192.168.0.3"));
  if (parts.metric != 0) message.u32(RTA_PRIORITY, parts.metric);
  if (parts.link) message.u32(RTA_OIF, 3);
  message.nest(RTA_METRICS, [](NetlinkMessage& m) { m.u32(RTAX_MTU, 1300); });
  return decode_route(sent(message));
}

TEST(DecodeRoute, OnlyWhatSomebodyConfigured) {
  EXPECT_TRUE(route({}));
  EXPECT_FALSE(route({.type = RTN_LOCAL}));
  EXPECT_FALSE(route({.protocol = RTPROT_KERNEL}));
  EXPECT_FALSE(route({.protocol = RTPROT_RA}));
  EXPECT_FALSE(route({.link = false}));
}

TEST(DecodeRoute, AttributesThatSaySomething) {
  const auto plain = route({});
  ASSERT_TRUE(plain && plain->route.route);
  EXPECT_EQ(plain->index, 3);
  EXPECT_EQ(plain->route.route, (Route{.to = IpPrefix::parse("10.0.0.0/8"),
                                       .via = IpAddress::parse("192.168.0.3"),
                                       .mtu = 1300}));
  const auto special = route({.table = 77, .metric = 100});
  EXPECT_EQ(special->route.route->table, 77u);
  EXPECT_EQ(special->route.route->metric, 100u);
}

TEST(Eui64LinkLocal, IsMadeFromTheMac) {
  const Mac mac = Mac::parse("02:00:00:00:00:62");
  EXPECT_TRUE(is_eui64_link_local(IpAddress::parse("fe80::ff:fe00:62"), mac));
  EXPECT_FALSE(is_eui64_link_local(IpAddress::parse("fe80::1"), mac));
  EXPECT_FALSE(is_eui64_link_local(IpAddress::parse("169.254.0.1"), mac));
}

TEST(NetlinkAttributes, ValuesThatAreTooShortAreAbsent) {
  NetlinkMessage message(RTM_NEWLINK, 0);
  message.header(ifinfomsg{}).u8(IFLA_MTU, 1).bytes(IFLA_IFNAME, "abc", 3);
  const auto attributes = attributes_of<ifinfomsg>(sent(message));
  EXPECT_FALSE(attributes.value<uint32_t>(IFLA_MTU));
  EXPECT_EQ(attributes.string(IFLA_IFNAME), "abc");
  EXPECT_EQ(attributes.string(IFLA_IFALIAS), "");
  EXPECT_EQ(NetlinkAttributes().find(IFLA_MTU), nullptr);
}

}  // namespace
}  // namespace patchbay
