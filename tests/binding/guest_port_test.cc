// What the port guard lets out, by the functions that run in the kernel (answer_frame.h), with
// rules made of a plan's values.

#include "binding/guest_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "answer_frame.h"
#include "binding/wire_bytes.h"
#include "plan/error.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;

const Mac kGuest = Mac::parse("02:00:00:00:00:62");
const Mac kStranger = Mac::parse("02:00:00:00:00:99");
const Mac kEverybody =
    Mac::from_bytes(reinterpret_cast<const uint8_t*>("\xff\xff\xff\xff\xff\xff"));

IpAddress ip(std::string_view text) { return IpAddress::parse(text); }

Attachment guarded(Guard guard) {
  Attachment made;
  made.network = "blue";
  made.mac = kGuest;
  made.mtu = 1500;
  made.addresses = {{IpPrefix::parse("192.168.0.62/26")}, {IpPrefix::parse("fd00::62/64")}};
  made.wiring.guard = guard;
  if (guard == Guard::kFull) {
    made.wiring.allowed = {IpPrefix::parse("192.168.0.9/32"), IpPrefix::parse("10.9.0.0/16"),
                           IpPrefix::parse("fd00:9::/48")};
  }
  return made;
}

WireBytes ethernet(const Mac& from, uint16_t type) {
  return WireBytes().mac(kEverybody).mac(from).u16(type);
}
WireBytes tagged(uint16_t tci, uint16_t type) {
  return ethernet(kGuest, 0x8100).u16(tci).u16(type);
}

std::string arp(std::string_view sender, std::string_view target, const Mac& hardware = kGuest) {
  return WireBytes()
      .u16(1)
      .u16(0x0800)
      .u8(6)
      .u8(4)
      .u16(1)
      .mac(hardware)
      .address(ip(sender))
      .zeros(6)
      .address(ip(target))
      .str();
}
std::string reverse(std::string_view address, uint16_t operation) {
  std::string packet = arp(address, address);
  packet[7] = static_cast<char>(operation);
  return packet;
}
std::string ipv4(std::string_view from, uint8_t protocol, std::string_view payload,
                 uint16_t fragment = 0, size_t options = 0) {
  const size_t words = 5 + options;
  return WireBytes()
      .u8(0x40 | words)
      .u8(0)
      .u16(words * 4 + payload.size())
      .u16(1)
      .u16(fragment)
      .u8(64)
      .u8(protocol)
      .u16(0)
      .address(ip(from))
      .address(ip("192.168.0.1"))
      .zeros(options * 4)
      .raw(payload)
      .str();
}
std::string ipv6(std::string_view from, uint8_t next, std::string_view payload) {
  return WireBytes()
      .u32(0x60000000)
      .u16(payload.size())
      .u8(next)
      .u8(255)
      .address(ip(from))
      .address(ip("ff02::1"))
      .raw(payload)
      .str();
}
std::string udp(uint16_t from, uint16_t to) {
  return WireBytes().u16(from).u16(to).u16(8).u16(0).str();
}
std::string icmp6(uint8_t type, std::string_view rest = std::string_view("\0\0\0\0", 4)) {
  return WireBytes().u8(type).u8(0).u16(0).raw(rest).str();
}
std::string neighbour(uint8_t type, std::string_view target, std::string_view options = "") {
  return icmp6(type, WireBytes().u32(0).address(ip(target)).raw(options).str());
}
std::string link_layer(uint8_t type, const Mac& mac) {
  return WireBytes().u8(type).u8(1).mac(mac).str();
}
// RFC 8200: the next header, and eight bytes for each length.
std::string extension(uint8_t next, uint8_t length = 0) {
  return WireBytes().u8(next).u8(length).zeros(6 + length * 8U).str();
}
std::string fragment(uint8_t next, uint16_t offset) {
  return WireBytes().u8(next).u8(0).u16(size_t{offset} << 3 | 1).u32(7).str();
}

class Judge {
 public:
  explicit Judge(const Attachment& attachment) : rules_(guest_port(attachment)->rules) {}
  int operator()(const std::string& frame) const {
    return judge_frame(&rules_->guard, reinterpret_cast<const __u8*>(frame.data()),
                       static_cast<__u32>(frame.size()));
  }
  int of(uint16_t type, const std::string& packet) const {
    return (*this)(ethernet(kGuest, type).raw(packet).str());
  }
  int arp4(const std::string& packet) const { return of(0x0806, packet); }
  int v4(const std::string& packet) const { return of(0x0800, packet); }
  int v6(const std::string& packet) const { return of(0x86dd, packet); }

 private:
  std::shared_ptr<const PortRules> rules_;
};

const Judge kMac(guarded(Guard::kMac));
const Judge kFull(guarded(Guard::kFull));

TEST(Guard, KnowsTheGuestByItsMac) {
  for (const Judge* judge : {&kMac, &kFull}) {
    EXPECT_EQ((*judge)(ethernet(kStranger, 0x0800).raw(ipv4("192.168.0.62", 6, "")).str()),
              PB_FOREIGN_MAC);
    EXPECT_EQ(judge->arp4(arp("192.168.0.62", "192.168.0.1", kStranger)), PB_FOREIGN_ARP);
    EXPECT_EQ(judge->v6(ipv6("fd00::62", 58, neighbour(135, "fd00::1", link_layer(1, kStranger)))),
              PB_FOREIGN_NEIGHBOUR);
    EXPECT_EQ(judge->v6(ipv6("fd00::62", 58, neighbour(136, "fd00::62", link_layer(2, kStranger)))),
              PB_FOREIGN_NEIGHBOUR);
    EXPECT_EQ(judge->v6(ipv6("fe80::1", 58, icmp6(133) + link_layer(1, kStranger))),
              PB_FOREIGN_NEIGHBOUR);
    EXPECT_EQ(judge->v6(ipv6("fe80::1", 58, icmp6(133) + link_layer(1, kGuest))), PB_LET_OUT);
    EXPECT_EQ(judge->v6(ipv6("fd00::62", 58, neighbour(136, "fd00::62", link_layer(2, kGuest)))),
              PB_LET_OUT);
    EXPECT_EQ((*judge)("short"), PB_MALFORMED);
  }
}

TEST(Guard, ByItsMacAloneLetsEveryAddressOut) {
  const std::string advertised = icmp6(134, WireBytes().zeros(12).str());
  EXPECT_EQ(kMac.v4(ipv4("203.0.113.1", 6, "")), PB_LET_OUT);
  EXPECT_EQ(kMac.arp4(arp("203.0.113.1", "192.168.0.1")), PB_LET_OUT);
  EXPECT_EQ(kMac.v6(ipv6("2001:db8::1", 6, "")), PB_LET_OUT);
  EXPECT_EQ(kMac.v4(ipv4("192.168.0.62", 17, udp(67, 68))), PB_LET_OUT);
  EXPECT_EQ(kMac.v6(ipv6("fe80::1", 58, advertised + link_layer(1, kGuest))), PB_LET_OUT);
  EXPECT_EQ(kMac.v6(ipv6("fe80::1", 58, advertised + link_layer(1, kStranger))),
            PB_FOREIGN_NEIGHBOUR);
  EXPECT_EQ(kMac(tagged(42, 0x0800).raw(ipv4("203.0.113.1", 6, "")).str()), PB_LET_OUT);
  EXPECT_EQ(kMac.of(0x88cc, "lldp"), PB_LET_OUT);
}

TEST(Guard, FullLetsOutItsAddressesAndTheAllowed) {
  for (const char* ours : {"192.168.0.62", "192.168.0.9", "10.9.255.1"}) {
    EXPECT_EQ(kFull.v4(ipv4(ours, 6, "")), PB_LET_OUT) << ours;
    EXPECT_EQ(kFull.arp4(arp(ours, "192.168.0.1")), PB_LET_OUT) << ours;
  }
  for (const char* foreign : {"192.168.0.63", "192.168.0.1", "10.8.0.1", "127.0.0.1"}) {
    EXPECT_EQ(kFull.v4(ipv4(foreign, 6, "")), PB_FOREIGN_IPV4) << foreign;
    EXPECT_EQ(kFull.arp4(arp(foreign, "192.168.0.1")), PB_FOREIGN_ARP) << foreign;
  }
  for (const char* ours : {"fd00::62", "fd00:9::1", "fe80::1234"}) {
    EXPECT_EQ(kFull.v6(ipv6(ours, 6, "")), PB_LET_OUT) << ours;
    EXPECT_EQ(kFull.v6(ipv6("fe80::1", 58, neighbour(136, ours))), PB_LET_OUT) << ours;
  }
  for (const char* foreign : {"fd00::63", "fd00:a::1", "2001:db8::1", "::1", "fec0::1"}) {
    EXPECT_EQ(kFull.v6(ipv6(foreign, 6, "")), PB_FOREIGN_IPV6) << foreign;
    EXPECT_EQ(kFull.v6(ipv6("fe80::1", 58, neighbour(136, foreign))), PB_FOREIGN_NEIGHBOUR)
        << foreign;
  }
}

TEST(Guard, FullLetsAGuestAskThatHasNoAddressYet) {
  EXPECT_EQ(kFull.v4(ipv4("0.0.0.0", 17, udp(69, 67))), PB_FOREIGN_IPV4);
  EXPECT_EQ(kFull.v4(ipv4("0.0.0.0", 6, "")), PB_FOREIGN_IPV4);
  EXPECT_EQ(kFull.v4(ipv4("0.0.0.0", 2, "igmp")), PB_LET_OUT);
  EXPECT_EQ(kFull.arp4(arp("0.0.0.0", "192.168.0.62")), PB_LET_OUT) << "a probe";
  EXPECT_EQ(kFull.arp4(arp("0.0.0.0", "192.168.0.63")), PB_FOREIGN_ARP) << "a probe of another's";
  EXPECT_EQ(kFull.of(0x8035, reverse("0.0.0.0", 3)), PB_LET_OUT) << "QEMU's announcement";
  EXPECT_EQ(kFull.of(0x8035, reverse("192.168.0.62", 4)), PB_FOREIGN_ARP);
  EXPECT_EQ(kFull.v6(ipv6("::", 58, neighbour(135, "fd00::62"))), PB_LET_OUT);
  EXPECT_EQ(kFull.v6(ipv6("::", 58, neighbour(135, "fe80::77"))), PB_LET_OUT);
  EXPECT_EQ(kFull.v6(ipv6("::", 58, neighbour(135, "fd00::63"))), PB_FOREIGN_NEIGHBOUR);
  EXPECT_EQ(kFull.v6(ipv6("::", 58, icmp6(133))), PB_LET_OUT);
  EXPECT_EQ(kFull.v6(ipv6("::", 0, extension(58) + icmp6(143))), PB_LET_OUT) << "MLDv2";
  EXPECT_EQ(kFull.v6(ipv6("::", 58, icmp6(128))), PB_FOREIGN_IPV6);
  EXPECT_EQ(kFull.v6(ipv6("::", 6, "")), PB_FOREIGN_IPV6);
}

TEST(Guard, FullLetsNoServerAndNoRouterOut) {
  EXPECT_EQ(kFull.v4(ipv4("192.168.0.62", 17, udp(67, 68))), PB_SERVES_DHCP);
  EXPECT_EQ(kFull.v4(ipv4("192.168.0.62", 17, udp(67, 68), 0, 1)), PB_SERVES_DHCP)
      << "behind options";
  EXPECT_EQ(kFull.v4(ipv4("192.168.0.62", 17, "x")), PB_MALFORMED) << "ports in another fragment";
  EXPECT_EQ(kFull.v4(ipv4("192.168.0.62", 17, "x", 5)), PB_LET_OUT) << "a later fragment";
  EXPECT_EQ(kFull.v4(ipv4("192.168.0.62", 17, udp(5000, 68))), PB_SERVES_DHCP) << "any port's";
  EXPECT_EQ(kFull.v6(ipv6("fe80::1", 17, udp(547, 546))), PB_SERVES_DHCP);
  EXPECT_EQ(kFull.v6(ipv6("fe80::1", 17, udp(5000, 546))), PB_SERVES_DHCP);
  EXPECT_EQ(kFull.v6(ipv6("fe80::1", 17, udp(546, 547))), PB_LET_OUT);
  EXPECT_EQ(kFull.v4(ipv4("192.168.0.62", 1, "\x08 echo")), PB_LET_OUT);
  for (const char* type : {"\x05 redirect", "\x09 router"}) {
    EXPECT_EQ(kFull.v4(ipv4("192.168.0.62", 1, type)), PB_ROUTES);
  }
  for (const uint8_t type : {uint8_t{134}, uint8_t{137}}) {
    EXPECT_EQ(kFull.v6(ipv6("fe80::1", 58, icmp6(type))), PB_ROUTES);
    EXPECT_EQ(kFull.v6(ipv6("fe80::1", 60, extension(58) + icmp6(type))), PB_ROUTES);
    EXPECT_EQ(kFull.v6(ipv6("fe80::1", 0, extension(43, 2) + extension(58) + icmp6(type))),
              PB_ROUTES);
    EXPECT_EQ(kFull.v6(ipv6("fe80::1", 44, fragment(58, 0) + icmp6(type))), PB_ROUTES);
  }
}

TEST(Guard, WhatIsHiddenIsDropped) {
  std::string long_chain;
  for (int i = 0; i < 9; ++i) long_chain += extension(60);
  EXPECT_EQ(kFull.v6(ipv6("fe80::1", 60, long_chain + extension(58) + icmp6(134))), PB_MALFORMED);
  EXPECT_EQ(kFull.v6(ipv6("fe80::1", 60, "")), PB_MALFORMED)
      << "the chain ends in another fragment";
  EXPECT_EQ(kFull.v6(ipv6("fe80::1", 44, fragment(58, 0) + neighbour(136, "fd00::62"))),
            PB_FOREIGN_NEIGHBOUR)
      << "RFC 6980";
  EXPECT_EQ(kFull.v6(ipv6("fd00::62", 44, fragment(58, 100) + "later")), PB_LET_OUT);
  std::string options;
  for (int i = 0; i < 9; ++i) options += link_layer(14, kGuest);
  EXPECT_EQ(kFull.v6(ipv6("fe80::1", 58, neighbour(136, "fd00::62", options))),
            PB_FOREIGN_NEIGHBOUR)
      << "more options than are looked at";
  EXPECT_EQ(kFull.v6(ipv6("fe80::1", 58,
                          neighbour(136, "fd00::62", std::string("\x0e\0\0\0\0\0\0\0", 8)))),
            PB_FOREIGN_NEIGHBOUR)
      << "an option without length";
  EXPECT_EQ(kFull.v4(WireBytes().u8(0x44).zeros(30).str()), PB_MALFORMED);
  EXPECT_EQ(kFull.v6(WireBytes().u8(0x40).zeros(60).str()), PB_MALFORMED);
}

TEST(Guard, WhatLiesBehindThePacketsEndCountsForNothing) {
  const auto of_length = [](uint16_t length, uint8_t next, const std::string& payload) {
    std::string packet = ipv6("fe80::1", next, payload);
    packet[4] = static_cast<char>(length >> 8);
    packet[5] = static_cast<char>(length);
    return packet;
  };
  const std::string lie = neighbour(136, "fd00::62", link_layer(2, kStranger));
  for (const Judge* judge : {&kMac, &kFull}) {
    EXPECT_EQ(judge->v6(of_length(0, 0, extension(58) + lie)), PB_MALFORMED)
        << "RFC 2675 has no use";
    EXPECT_EQ(judge->v6(of_length(24, 58, lie)), PB_LET_OUT) << "the option is padding";
    EXPECT_EQ(judge->v6(of_length(27, 58, lie)), PB_FOREIGN_NEIGHBOUR);
    // A first fragment whose chain goes on in the second; a decoy lies in the padding.
    EXPECT_EQ(judge->v6(of_length(16, 44, fragment(60, 0) + extension(17, 1) + extension(59))),
              PB_MALFORMED);
  }
  EXPECT_EQ(kFull.v6(of_length(2, 17, udp(546, 547))), PB_MALFORMED);
}

TEST(Guard, KnowsTheRoutersThatTheGuestWasTold) {
  Attachment routed = guarded(Guard::kFull);
  routed.routes = {Route{.to = IpPrefix::parse("::/0"), .via = ip("fe80::1")}};
  const Judge judge(routed);
  EXPECT_EQ(judge.v6(ipv6("fe80::2", 58, neighbour(136, "fe80::1"))), PB_FOREIGN_NEIGHBOUR);
  EXPECT_EQ(judge.v6(ipv6("fe80::1", 6, "")), PB_FOREIGN_IPV6);
  EXPECT_EQ(judge.v6(ipv6("fe80::2", 58, neighbour(135, "fe80::1"))), PB_LET_OUT) << "it asks";
  EXPECT_EQ(judge.v6(ipv6("fe80::2", 58, neighbour(136, "fe80::2"))), PB_LET_OUT);
}

TEST(Guard, ADhcpClientSpeaksOfItselfOnly) {
  const auto asks = [](const Mac& client) {
    return udp(68, 67) + WireBytes().u8(3).zeros(27).mac(client).zeros(30).str();
  };
  EXPECT_EQ(kFull.v4(ipv4("0.0.0.0", 17, asks(kGuest))), PB_LET_OUT);
  EXPECT_EQ(kFull.v4(ipv4("192.168.0.62", 17, asks(kStranger))), PB_FOREIGN_MAC);
  EXPECT_EQ(kFull.v4(ipv4("0.0.0.0", 17, udp(68, 67))), PB_MALFORMED);
}

TEST(Guard, TaggedFramesAreTheTrunks) {
  const std::string foreign = ipv4("203.0.113.1", 6, "");
  EXPECT_EQ(kFull(tagged(42, 0x0800).raw(foreign).str()), PB_TAGGED);
  EXPECT_EQ(kFull(tagged(42, 0x0800).raw(ipv4("192.168.0.62", 6, "")).str()), PB_TAGGED);
  EXPECT_EQ(kFull(tagged(0xe000, 0x0800).raw(foreign).str()), PB_FOREIGN_IPV4)
      << "a priority alone is no VLAN";
  EXPECT_EQ(kFull(tagged(0, 0x8100).u16(42).u16(0x0800).raw(foreign).str()), PB_TAGGED);
  EXPECT_EQ(kFull.of(0x88cc, "lldp"), PB_FOREIGN_TYPE);
  const std::string stranger = arp("203.0.113.1", "1.1.1.1", kStranger);
  EXPECT_EQ(kMac(tagged(0, 0x8100).u16(0).u16(0x0806).raw(stranger).str()), PB_TAGGED)
      << "receivers take both off";
  EXPECT_EQ(kMac(tagged(42, 0x8100).u16(7).u16(0x0806).raw(stranger).str()), PB_FOREIGN_ARP);
  EXPECT_EQ(kMac(tagged(42, 0x8100).u16(7).u16(0x0800).raw(foreign).str()), PB_LET_OUT);
  EXPECT_EQ(kMac(tagged(42, 0x8100).u16(7).u16(0x8100).raw(foreign).str()), PB_TAGGED);
  Attachment trunk = guarded(Guard::kFull);
  trunk.wiring.trunk = {{42, 42}};
  const Judge judge(trunk);
  EXPECT_EQ(judge(tagged(42, 0x0800).raw(foreign).str()), PB_LET_OUT);
  EXPECT_EQ(judge(tagged(42, 0x0806).raw(arp("203.0.113.1", "1.1.1.1", kStranger)).str()),
            PB_FOREIGN_ARP);
  EXPECT_EQ(judge.v4(foreign), PB_FOREIGN_IPV4);
}

// Whatever a guest sends: what gets out bears its MAC, and what is IPv4 an address of its own.
TEST(Guard, DamagedFramesGetNothingPastIt) {
  const std::vector<std::string> good = {
      ethernet(kGuest, 0x0800).raw(ipv4("192.168.0.62", 17, udp(5000, 53))).str(),
      ethernet(kGuest, 0x0806).raw(arp("192.168.0.62", "192.168.0.1")).str(),
      ethernet(kGuest, 0x86dd)
          .raw(ipv6("fe80::1", 60,
                    extension(58) + neighbour(136, "fd00::62", link_layer(2, kGuest))))
          .str()};
  std::mt19937 random(9);  // NOLINT(cert-msc51-cpp): the same damage in every run
  int let_out = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string frame = good[random() % good.size()];
    for (unsigned hits = random() % 4; hits > 0; --hits) {
      frame[random() % frame.size()] = static_cast<char>(random());
    }
    if (random() % 3 == 0) frame.resize(random() % (frame.size() + 1));
    if (kFull(frame) != PB_LET_OUT) continue;
    ++let_out;
    EXPECT_EQ(frame.substr(6, 6), WireBytes().mac(kGuest).str());
    if (frame.substr(12, 2) != std::string("\x08\0", 2)) continue;
    EXPECT_THAT(
        (std::vector<std::string>{"192.168.0.62", "192.168.0.9"}),
        testing::Contains(IpAddress::from_bytes(Family::kIpv4, frame.data() + 26).to_string()));
  }
  EXPECT_GT(let_out, 20000);
}

TEST(GuestPort, IsNamedAfterWhatTheRecordKeeps) {
  const auto name = [](const Attachment& attachment) { return guest_port(attachment)->name; };
  const std::string full = name(guarded(Guard::kFull));
  EXPECT_TRUE(full.starts_with("patchbay-port-1-")) << full;
  EXPECT_EQ(full, name(guarded(Guard::kFull)));
  EXPECT_NE(full, name(guarded(Guard::kMac)));
  Attachment other = guarded(Guard::kFull);
  other.wiring.allowed.pop_back();
  EXPECT_NE(full, name(other));
  other = guarded(Guard::kFull);
  other.wiring.responder = true;
  const std::string responding = name(other);
  EXPECT_NE(full, responding);
  other.dns.servers = {ip("10.0.0.53")};
  EXPECT_NE(responding, name(other));
  EXPECT_FALSE(guest_port(guarded(Guard::kOff)));
}

std::string refusal(const Attachment& attachment) {
  try {
    guest_port(attachment);
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kUnsupported);
    return error.what();
  }
  return "nothing was refused";
}

TEST(GuestPort, AGuardThatWouldLetNothingOutIsRefused) {
  Attachment nothing = guarded(Guard::kFull);
  nothing.addresses.clear();
  EXPECT_TRUE(guest_port(nothing)) << "the allowed ones are left";
  nothing.wiring.allowed.clear();
  EXPECT_THAT(refusal(nothing), HasSubstr("network \"blue\": guard \"full\" lets out"));
  nothing.wiring.guard = Guard::kMac;
  EXPECT_TRUE(guest_port(nothing));
}

TEST(GuestPort, MoreThanTheGuardKnowsIsRefused) {
  Attachment many = guarded(Guard::kFull);
  while (many.addresses.size() < 20) many.addresses.push_back({IpPrefix::parse("10.0.0.1/24")});
  EXPECT_THAT(refusal(many), HasSubstr("at most 16"));
}

}  // namespace
}  // namespace patchbay
