// What the responder answers, by the functions that run in the kernel (answer_frame.h), fed with
// answers made of a plan's values.

#include "binding/guest_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "answer_frame.h"
#include "binding/wire_bytes.h"

namespace patchbay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Mac kGuest = Mac::parse("02:00:00:00:00:62");
constexpr size_t kOptionsAt = 282;

IpAddress ip(std::string_view text) { return IpAddress::parse(text); }
Route route(std::string_view to, std::string_view via) {
  Route made{IpPrefix::parse(to), {}, {}, {}, {}, {}, {}};
  if (!via.empty()) made.via = ip(via);
  return made;
}

Attachment attachment(const std::vector<std::string>& addresses, std::vector<Route> routes = {}) {
  Attachment made;
  made.network = "blue";
  made.mac = kGuest;
  made.mtu = 1450;
  for (const std::string& each : addresses) made.addresses.push_back({IpPrefix::parse(each)});
  made.routes = std::move(routes);
  return made;
}

pb_answers answers_of(const Attachment& made) {
  Diagnostics diagnostics;
  const pb_answers answers = answers_for(made, "", diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty());
  return answers;
}

std::string text_of(std::string_view bytes, size_t at, Family family) {
  return IpAddress::from_bytes(family, bytes.data() + at).to_string();
}
size_t number_at(std::string_view bytes, size_t at, size_t length) {
  size_t number = 0;
  for (const char byte : bytes.substr(at, length)) {
    number = number << 8 | static_cast<uint8_t>(byte);
  }
  return number;
}

// RFC 1071, over what is there: 0 where the checksum in it is right.
uint16_t checksum_over(const std::string& bytes) {
  size_t sum = 0;
  for (size_t at = 0; at < bytes.size(); at += 2) {
    sum += number_at(bytes + std::string(1, '\0'), at, 2);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}
uint16_t checksum6_over(const std::string& frame) {
  const std::string payload = frame.substr(54);
  WireBytes pseudo;
  pseudo.raw(frame.substr(22, 32)).u32(payload.size()).u32(number_at(frame, 20, 1));
  return checksum_over(pseudo.str() + payload);
}

struct Answer {
  int verdict = ANSWER_PASS;
  std::string frame;
};

Answer ask(const pb_answers& answers, std::string frame, bool partial = false) {
  auto length = static_cast<__u32>(frame.size());
  frame.resize(2048);
  Answer answer;
  answer.verdict = answer_frame(&answers, reinterpret_cast<__u8*>(frame.data()), &length,
                                static_cast<__u32>(frame.size()), partial);
  frame.resize(length);
  answer.frame = std::move(frame);
  return answer;
}

// --- DHCPv4

struct Request {
  uint8_t type = 1;
  std::string client;     // the address it has
  std::string options;    // beside the type
  Mac mac = kGuest;       // in Ethernet
  Mac hardware = kGuest;  // in the message
  uint16_t flags = 0;
  std::string relay;

  std::string frame() const {
    const WireBytes any = WireBytes().u32(0);
    WireBytes message;
    message.u8(1).u8(1).u8(6).u8(0).u32(0x11223344).u16(7).u16(flags);
    message.raw(client.empty() ? any.str() : WireBytes().address(ip(client)).str()).u32(0).u32(0);
    message.raw(relay.empty() ? any.str() : WireBytes().address(ip(relay)).str());
    message.mac(hardware).zeros(10 + 64 + 128).u32(0x63825363);
    message.u8(53).u8(1).u8(type).raw(options).u8(255);
    WireBytes out;
    out.u32(0xffffffff).u16(0xffff).mac(mac).u16(0x0800);
    out.u8(0x45).u8(0).u16(28 + message.size()).u16(0).u16(0).u8(64).u8(17).u16(0).u32(0).u32(~0U);
    return out.u16(68).u16(67).u16(8 + message.size()).u16(0).raw(message.str()).str();
  }
};

std::string option(size_t code, const WireBytes& value) {
  return WireBytes().u8(code).u8(value.size()).raw(value.str()).str();
}
std::string asks_for(const std::vector<size_t>& codes) {
  WireBytes list;
  for (const size_t code : codes) list.u8(code);
  return option(55, list);
}
std::string of_address(size_t code, std::string_view address) {
  return option(code, WireBytes().address(ip(address)));
}

// In order; a value that goes on in a second option is one.
std::vector<std::pair<size_t, std::string>> options_in(const std::string& frame) {
  std::vector<std::pair<size_t, std::string>> found;
  for (size_t at = kOptionsAt; number_at(frame, at, 1) != 255;) {
    const size_t code = number_at(frame, at, 1), length = number_at(frame, at + 1, 1);
    const std::string value = frame.substr(at + 2, length);
    if (!found.empty() && found.back().first == code) {
      found.back().second += value;
    } else {
      found.emplace_back(code, value);
    }
    at += 2 + length;
  }
  return found;
}
std::map<size_t, std::string> values_in(const std::string& frame) {
  const auto options = options_in(frame);
  return {options.begin(), options.end()};
}
std::vector<size_t> codes_in(const std::string& frame) {
  std::vector<size_t> codes;
  for (const auto& each : options_in(frame)) codes.push_back(each.first);
  return codes;
}
size_t type_of(const std::string& frame) { return number_at(values_in(frame).at(53), 0, 1); }

constexpr size_t kOffer = 2, kAck = 5, kNak = 6;

class Dhcp4 : public ::testing::Test {
 protected:
  Attachment blue_ = attachment({"192.168.0.62/26"}, {route("0.0.0.0/0", "192.168.0.2")});

  void SetUp() override {
    blue_.dns.servers = {ip("10.0.0.53"), ip("fd00::53"), ip("10.0.0.54")};
    blue_.dns.search = {"corp.example", "example"};
  }
  Answer asked(const Request& request) { return ask(answers_of(blue_), request.frame()); }
};

TEST_F(Dhcp4, DiscoverIsOfferedAddressMaskAndALeaseWithoutEnd) {
  const Answer answer = asked({});
  ASSERT_EQ(answer.verdict, ANSWER_REPLY);
  const std::string& frame = answer.frame;
  EXPECT_EQ(frame.substr(0, 6), WireBytes().mac(kGuest).str());
  EXPECT_EQ(frame.substr(6, 6), WireBytes().mac(Mac::parse("02:70:62:00:00:01")).str());
  EXPECT_EQ(text_of(frame, 26, Family::kIpv4), "192.168.0.2");
  EXPECT_EQ(text_of(frame, 30, Family::kIpv4), "192.168.0.62");
  EXPECT_EQ(text_of(frame, 58, Family::kIpv4), "192.168.0.62");  // yiaddr
  EXPECT_EQ(number_at(frame, 46, 4), 0x11223344U);
  EXPECT_EQ(checksum_over(frame.substr(14, 20)), 0);
  EXPECT_EQ(number_at(frame, 16, 2), frame.size() - 14);
  EXPECT_EQ(number_at(frame, 38, 2), frame.size() - 34);
  EXPECT_EQ(frame.size(), 42U + 300U);  // no shorter than a BOOTP message
  EXPECT_EQ(type_of(frame), kOffer);
  EXPECT_THAT(codes_in(frame), ElementsAre(53, 54, 51, 58, 59, 1));
  const auto values = values_in(frame);
  EXPECT_EQ(text_of(values.at(54), 0, Family::kIpv4), "192.168.0.2");
  EXPECT_EQ(text_of(values.at(1), 0, Family::kIpv4), "255.255.255.192");
  for (const size_t time : {51, 58, 59}) EXPECT_EQ(number_at(values.at(time), 0, 4), 0xffffffffU);
}

TEST_F(Dhcp4, WhatTheClientAsksForComesInItsOrderAndOnce) {
  const Answer answer = asked({.options = asks_for({6, 3, 1, 15, 119, 26, 28, 6, 42, 121})});
  ASSERT_EQ(answer.verdict, ANSWER_REPLY);
  EXPECT_THAT(codes_in(answer.frame), ElementsAre(53, 54, 51, 58, 59, 1, 6, 3, 15, 119, 26, 28));
  const auto values = values_in(answer.frame);
  EXPECT_EQ(values.at(6), WireBytes().address(ip("10.0.0.53")).address(ip("10.0.0.54")).str());
  EXPECT_EQ(values.at(3), WireBytes().address(ip("192.168.0.2")).str());
  EXPECT_EQ(values.at(15), "corp.example");
  EXPECT_EQ(values.at(119), std::string("\4corp\7example\0\7example\0", 23));
  EXPECT_EQ(values.at(26), WireBytes().u16(1450).str());
  EXPECT_EQ(values.at(28), WireBytes().address(ip("192.168.0.63")).str());
}

TEST_F(Dhcp4, RequestIsAnsweredInEveryStateOfTheClient) {
  const std::string ours = of_address(54, "192.168.0.2");
  const auto type = [&](const Request& request) -> std::optional<size_t> {
    const Answer answer = asked(request);
    return answer.verdict == ANSWER_REPLY ? std::optional(type_of(answer.frame)) : std::nullopt;
  };
  // SELECTING
  EXPECT_EQ(type({.type = 3, .options = ours + of_address(50, "192.168.0.62")}), kAck);
  EXPECT_EQ(type({.type = 3, .options = ours + of_address(50, "192.168.0.6")}), kNak);
  EXPECT_EQ(
      type({.type = 3, .options = of_address(54, "192.168.0.9") + of_address(50, "192.168.0.62")}),
      std::nullopt);
  // INIT-REBOOT
  EXPECT_EQ(type({.type = 3, .options = of_address(50, "192.168.0.62")}), kAck);
  EXPECT_EQ(type({.type = 3, .options = of_address(50, "10.0.0.1")}), kNak);
  // RENEWING, REBINDING
  EXPECT_EQ(type({.type = 3, .client = "192.168.0.62"}), kAck);
  EXPECT_EQ(type({.type = 3, .client = "10.0.0.1"}), kNak);
  // DECLINE, RELEASE
  EXPECT_EQ(type({.type = 4, .options = ours}), std::nullopt);
  EXPECT_EQ(type({.type = 7, .client = "192.168.0.62", .options = ours}), std::nullopt);
}

TEST_F(Dhcp4, RefusalSaysNothingButWhoRefuses) {
  const Answer answer = asked({.type = 3,
                               .options = of_address(50, "10.0.0.1") + asks_for({3, 6}) +
                                          option(61, WireBytes().u8(1).mac(kGuest))});
  ASSERT_EQ(answer.verdict, ANSWER_REPLY);
  EXPECT_THAT(codes_in(answer.frame), ElementsAre(53, 54, 61));
  EXPECT_EQ(text_of(answer.frame, 30, Family::kIpv4), "255.255.255.255");
  EXPECT_EQ(answer.frame.substr(0, 6), std::string(6, '\xff'));
  EXPECT_EQ(text_of(answer.frame, 58, Family::kIpv4), "0.0.0.0");
}

TEST_F(Dhcp4, InformIsToldAllButALease) {
  const Answer answer = asked({.type = 8, .client = "192.168.0.7", .options = asks_for({3, 51})});
  ASSERT_EQ(answer.verdict, ANSWER_REPLY);
  EXPECT_EQ(type_of(answer.frame), kAck);
  EXPECT_THAT(codes_in(answer.frame), ElementsAre(53, 54, 1, 3));
  EXPECT_EQ(text_of(answer.frame, 30, Family::kIpv4), "192.168.0.7");
  EXPECT_EQ(text_of(answer.frame, 54, Family::kIpv4), "192.168.0.7");  // ciaddr
  EXPECT_EQ(text_of(answer.frame, 58, Family::kIpv4), "0.0.0.0");      // yiaddr
}

TEST_F(Dhcp4, ClientThatTakesNoUnicastYetIsAnsweredByBroadcast) {
  const Answer answer = asked({.flags = 0x8000});
  ASSERT_EQ(answer.verdict, ANSWER_REPLY);
  EXPECT_EQ(text_of(answer.frame, 30, Family::kIpv4), "255.255.255.255");
  EXPECT_EQ(answer.frame.substr(0, 6), std::string(6, '\xff'));
  EXPECT_EQ(number_at(answer.frame, 52, 2), 0x8000U);
}

TEST_F(Dhcp4, ClientIdComesBack) {
  const WireBytes id = WireBytes().u8(255).raw(std::string(150, 'x'));
  EXPECT_EQ(values_in(asked({.options = option(61, id)}).frame).at(61), id.str());
}

TEST_F(Dhcp4, OthersAreNotAnswered) {
  const Mac other = Mac::parse("02:00:00:00:00:63");
  EXPECT_EQ(asked({.mac = other, .hardware = other}).verdict, ANSWER_PASS);
  EXPECT_EQ(asked({.hardware = other}).verdict, ANSWER_DROP);
  EXPECT_EQ(asked({.relay = "192.168.0.9"}).verdict, ANSWER_DROP);
}

TEST_F(Dhcp4, WhatIsNoClientsMessageIsOnItsWay) {
  const std::string good = Request{}.frame();
  for (const auto& [at, byte] : std::map<size_t, char>{
           {13, 1}, {14, 0x46}, {20, 0x20}, {21, 1}, {23, 6}, {35, 67}, {37, 53}}) {
    std::string frame = good;
    frame[at] = byte;
    EXPECT_EQ(ask(answers_of(blue_), frame).verdict, ANSWER_PASS) << at;
  }
}

TEST_F(Dhcp4, NetworkWithoutStaticAddressLeavesItToItsOwnServer) {
  blue_.addresses.clear();
  EXPECT_EQ(asked({}).verdict, ANSWER_PASS);
  blue_.addresses.push_back({IpPrefix::parse("fd00::62/64")});
  EXPECT_EQ(asked({}).verdict, ANSWER_PASS);
}

TEST_F(Dhcp4, AnswerIsNoLongerThanClientAndNetworkTake) {
  for (int i = 0; i < 60; ++i) blue_.dns.servers.push_back(ip("10.1.0." + std::to_string(i)));
  for (int i = 0; i < 12; ++i) {
    blue_.dns.search.push_back(std::string(30, static_cast<char>('a' + i)) + ".example");
  }
  const std::string all = asks_for({6, 119, 3, 15});
  const auto length = [&](const std::string& options) {
    return asked({.options = options}).frame.size();
  };
  EXPECT_LE(length(all), 14U + 576U);
  EXPECT_EQ(values_in(asked({.options = all}).frame).count(119), 0U);  // does not fit
  EXPECT_EQ(values_in(asked({.options = all}).frame).count(3), 1U);    // comes after it and does
  const std::string large = option(57, WireBytes().u16(9000)) + all;
  EXPECT_GT(length(large), 14U + 576U);
  EXPECT_LE(length(large), 14U + 1450U);
  EXPECT_EQ(values_in(asked({.options = large}).frame).at(119).size(), 23U + 12 * (31 + 9));
}

TEST_F(Dhcp4, RoutesBeyondTheGatewayComeWithTheDefaultRouteInOneOption) {
  blue_.routes.push_back(route("10.0.0.0/8", "192.168.0.3"));
  blue_.routes.push_back(route("172.16.5.0/24", ""));
  const auto values = values_in(asked({.options = asks_for({121, 3})}).frame);
  EXPECT_EQ(values.at(121), WireBytes()
                                .u8(0)
                                .address(ip("192.168.0.2"))
                                .u8(8)
                                .u8(10)
                                .address(ip("192.168.0.3"))
                                .u8(24)
                                .u8(172)
                                .u8(16)
                                .u8(5)
                                .u32(0)
                                .str());
}

TEST_F(Dhcp4, GatewayOutsideTheSubnetIsReachedFirstAndIsNotTheServersName) {
  blue_.addresses = {{IpPrefix::parse("192.168.0.62/32")}};
  const auto values = values_in(asked({.options = asks_for({121, 28})}).frame);
  EXPECT_EQ(
      values.at(121),
      WireBytes().u8(32).address(ip("192.168.0.2")).u32(0).u8(0).address(ip("192.168.0.2")).str());
  EXPECT_EQ(text_of(values.at(54), 0, Family::kIpv4), "169.254.112.98");
  EXPECT_EQ(text_of(values.at(1), 0, Family::kIpv4), "255.255.255.255");
  EXPECT_EQ(values.count(28), 0U);
}

TEST_F(Dhcp4, SecondAddressIsToldOf) {
  blue_.addresses.push_back({IpPrefix::parse("192.168.0.70/26")});
  Diagnostics diagnostics;
  answers_for(blue_, "", diagnostics);
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_THAT(diagnostics[0].message, HasSubstr("192.168.0.70/26"));
}

TEST_F(Dhcp4, ChecksumThatTheSenderLeftOpenIsLeftOpen) {
  const Answer answer = ask(answers_of(blue_), Request{}.frame(), true);
  ASSERT_EQ(answer.verdict, ANSWER_REPLY);
  // Completed as a driver would: the sum over UDP, with the pseudo header's in the field.
  const uint16_t completed = checksum_over(answer.frame.substr(34));
  std::string udp = answer.frame.substr(34);
  udp[6] = static_cast<char>(completed >> 8);
  udp[7] = static_cast<char>(completed & 0xff);
  WireBytes pseudo;
  pseudo.raw(answer.frame.substr(26, 8)).u16(17).u16(udp.size());
  EXPECT_EQ(checksum_over(pseudo.str() + udp), 0);
}

// --- IPv6

const std::string kLinkLocal = "fe80::ff:fe00:62";

std::string ipv6_frame(uint8_t next, uint8_t hops, const WireBytes& payload) {
  WireBytes out;
  out.u16(0x3333).u32(0x10002).mac(kGuest).u16(0x86dd).u32(0x60000000).u16(payload.size());
  out.u8(next).u8(hops).address(ip(kLinkLocal)).address(ip("ff02::1:2")).raw(payload.str());
  return out.str();
}

struct Request6 {
  uint8_t type = 1;
  std::string options;

  std::string frame() const {
    WireBytes udp;
    udp.u16(546).u16(547).u16(12 + options.size()).u16(0);
    udp.u8(type).u8(0xa).u8(0xb).u8(0xc).raw(options);
    return ipv6_frame(17, 64, udp);
  }
};

std::string option6(size_t code, const WireBytes& value) {
  return WireBytes().u16(code).u16(value.size()).raw(value.str()).str();
}
std::map<size_t, std::string> options6_in(const std::string& bytes) {
  std::map<size_t, std::string> found;
  for (size_t at = 0; at < bytes.size(); at += 4 + number_at(bytes, at + 2, 2)) {
    found[number_at(bytes, at, 2)] = bytes.substr(at + 4, number_at(bytes, at + 2, 2));
  }
  return found;
}

const WireBytes kClientDuid = WireBytes().u16(3).u16(1).mac(kGuest);
const std::string kClient = option6(1, kClientDuid);
const WireBytes kServerDuid = WireBytes().u16(3).u16(1).mac(Mac::parse("02:70:62:00:00:01"));
const std::string kServer = option6(2, kServerDuid);
std::string association(const std::string& inner = "") {
  return option6(3, WireBytes().u32(0x77).u32(0).u32(0).raw(inner));
}
std::string of_address6(std::string_view address) {
  return option6(5, WireBytes().address(ip(address)).u32(0).u32(0));
}

class Ipv6 : public ::testing::Test {
 protected:
  Attachment blue_ = attachment({"fd00::62/64", "fd00::63/64"});

  void SetUp() override {
    blue_.dns.servers = {ip("10.0.0.53"), ip("fd00::53")};
    blue_.dns.search = {"corp.example"};
  }
  std::optional<std::map<size_t, std::string>> asked(uint8_t type, const std::string& options,
                                                     size_t expected_type) {
    const Answer answer = ask(answers_of(blue_), Request6{type, options}.frame());
    if (answer.verdict != ANSWER_REPLY) return std::nullopt;
    EXPECT_EQ(number_at(answer.frame, 62, 1), expected_type);
    EXPECT_EQ(number_at(answer.frame, 63, 3), 0xa0b0cU);
    EXPECT_EQ(checksum6_over(answer.frame), 0);
    EXPECT_EQ(text_of(answer.frame, 38, Family::kIpv6), kLinkLocal);
    EXPECT_EQ(answer.frame.substr(0, 6), WireBytes().mac(kGuest).str());
    EXPECT_EQ(number_at(answer.frame, 18, 2), answer.frame.size() - 54);
    auto found = options6_in(answer.frame.substr(66));
    EXPECT_EQ(found[1], found.count(1) != 0 && !found[1].empty() ? kClientDuid.str() : "");
    EXPECT_EQ(found[2], kServerDuid.str());
    return found;
  }
};

constexpr size_t kAdvertise = 2, kReply = 7;

TEST_F(Ipv6, SolicitIsAdvertisedAllAddressesWithoutEnd) {
  auto found = asked(1, kClient + association(), kAdvertise);
  ASSERT_TRUE(found);
  const std::string leases = found->at(3);
  EXPECT_EQ(number_at(leases, 0, 4), 0x77U);
  EXPECT_EQ(number_at(leases, 4, 4), 0xffffffffU);
  EXPECT_EQ(number_at(leases, 8, 4), 0xffffffffU);
  ASSERT_EQ(leases.size(), 12U + 2 * 28);
  for (const auto& [at, address] :
       std::map<size_t, std::string>{{12, "fd00::62"}, {40, "fd00::63"}}) {
    EXPECT_EQ(number_at(leases, at, 4), (5U << 16) + 24);
    EXPECT_EQ(text_of(leases, at + 4, Family::kIpv6), address);
    EXPECT_EQ(number_at(leases, at + 20, 4), 0xffffffffU);
    EXPECT_EQ(number_at(leases, at + 24, 4), 0xffffffffU);
  }
  EXPECT_EQ(found->at(23), WireBytes().address(ip("fd00::53")).str());
  EXPECT_EQ(found->at(24), WireBytes().domain_name("corp.example").str());
  EXPECT_EQ(found->count(14), 0U);
}

TEST_F(Ipv6, RapidCommitIsCommitted) {
  auto found = asked(1, kClient + option6(14, {}) + association(), kReply);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->count(14), 1U);
  EXPECT_EQ(found->count(3), 1U);
}

TEST_F(Ipv6, RequestRenewAndRebindGetTheSame) {
  EXPECT_EQ(asked(3, kClient + kServer + association(), kReply)->count(3), 1U);
  EXPECT_EQ(asked(5, kClient + kServer + association(), kReply)->count(3), 1U);
  EXPECT_EQ(asked(6, kClient + association(), kReply)->count(3), 1U);
}

TEST_F(Ipv6, WhatIsMeantForAnotherServerOrNobodyIsDiscarded) {
  const std::string other = option6(2, WireBytes().u16(3).u16(1).mac(kGuest));
  for (const uint8_t type : std::initializer_list<uint8_t>{3, 5, 8, 9}) {
    EXPECT_FALSE(asked(type, kClient + other + association(), kReply)) << int{type};
    EXPECT_FALSE(asked(type, kClient + association(), kReply)) << int{type};
    EXPECT_FALSE(asked(type, kServer + association(), kReply)) << int{type};
  }
  EXPECT_FALSE(asked(1, association(), kAdvertise));
  EXPECT_FALSE(asked(1, kClient + kServer + association(), kAdvertise));
  EXPECT_FALSE(asked(6, kClient + kServer + association(), kReply));
  EXPECT_FALSE(asked(2, kClient, kReply));
}

TEST_F(Ipv6, ConfirmSaysWhetherTheAddressBelongsHere) {
  const auto status = [&](std::string_view address) {
    auto found = asked(4, kClient + association(of_address6(address)), kReply);
    return found ? number_at(found->at(13), 0, 2) : size_t{99};
  };
  EXPECT_EQ(status("fd00::62"), 0U);
  EXPECT_EQ(status("fd00::63"), 0U);
  EXPECT_EQ(status("fd00::64"), 4U);  // NotOnLink
  EXPECT_FALSE(asked(4, kClient + association(), kReply));
}

TEST_F(Ipv6, InformationRequestGetsInformationAlone) {
  auto found = asked(11, "", kReply);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->count(3), 0U);
  EXPECT_EQ(found->count(23), 1U);
  EXPECT_EQ(asked(11, kClient, kReply)->at(1), kClientDuid.str());
}

TEST_F(Ipv6, SolicitationIsAnsweredByAWholeAdvertisement) {
  const std::string solicitation = ipv6_frame(58, 255, WireBytes().u8(133).u8(0).u16(0).u32(0));
  const Answer answer = ask(answers_of(blue_), solicitation);
  ASSERT_EQ(answer.verdict, ANSWER_REPLY);
  EXPECT_EQ(checksum6_over(answer.frame), 0);
  EXPECT_EQ(number_at(answer.frame, 21, 1), 255U);
  EXPECT_EQ(text_of(answer.frame, 38, Family::kIpv6), "ff02::1");
  EXPECT_EQ(number_at(answer.frame, 54, 1), 134U);
  EXPECT_EQ(number_at(answer.frame, 59, 1), 0xc0U);  // managed, other
  EXPECT_EQ(number_at(answer.frame, 60, 2), 0U);     // no router
  std::map<size_t, std::string> options;
  for (size_t at = 70; at < answer.frame.size(); at += 8 * number_at(answer.frame, at + 1, 1)) {
    options[number_at(answer.frame, at, 1)] =
        answer.frame.substr(at, 8 * number_at(answer.frame, at + 1, 1));
  }
  EXPECT_EQ(number_at(options.at(3), 2, 1), 64U);
  EXPECT_EQ(number_at(options.at(3), 3, 1), 0x80U);
  EXPECT_EQ(text_of(options.at(3), 16, Family::kIpv6), "fd00::");
  EXPECT_EQ(number_at(options.at(5), 4, 4), 1450U);
  EXPECT_EQ(text_of(options.at(25), 8, Family::kIpv6), "fd00::53");
  EXPECT_THAT(options.at(31), HasSubstr(WireBytes().domain_name("corp.example").str()));
}

TEST_F(Ipv6, LinkLocalGatewayAdvertisesItself) {
  blue_.routes = {route("::/0", "fe80::1"), route("fd00:20::/32", "fe80::1")};
  const std::string solicitation = ipv6_frame(58, 255, WireBytes().u8(133).u8(0).u16(0).u32(0));
  const Answer answer = ask(answers_of(blue_), solicitation);
  ASSERT_EQ(answer.verdict, ANSWER_REPLY);
  EXPECT_EQ(text_of(answer.frame, 22, Family::kIpv6), "fe80::1");
  EXPECT_EQ(number_at(answer.frame, 60, 2), 65535U);
  EXPECT_THAT(answer.frame.substr(70), HasSubstr(std::string("\x18\x02\x20\x00", 4)));
  EXPECT_EQ(checksum6_over(answer.frame), 0);
}

TEST_F(Ipv6, GatewayThatNoAdvertisementCanNameIsToldOf) {
  blue_.routes = {route("::/0", "fd00::1")};
  Diagnostics diagnostics;
  answers_for(blue_, "", diagnostics);
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_THAT(diagnostics[0].message, HasSubstr("::/0 via fd00::1"));
}

// --- whatever comes

TEST(Answers, DamagedRequestsHarmNothing) {
  const pb_answers answers = answers_of(attachment({"192.168.0.62/26", "fd00::62/64"}));
  const std::vector<std::string> good = {
      Request{.options = asks_for({1, 3, 6, 15}) + option(61, WireBytes().u8(1).mac(kGuest))}
          .frame(),
      Request6{3, kClient + kServer + association(of_address6("fd00::62"))}.frame(),
      ipv6_frame(58, 255, WireBytes().u8(133).u8(0).u16(0).u32(0))};
  std::mt19937 random(8);  // NOLINT(cert-msc51-cpp): the same damage in every run
  int replies = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string frame = good[random() % good.size()];
    for (unsigned hits = random() % 4; hits > 0; --hits) {
      frame[random() % frame.size()] = static_cast<char>(random());
    }
    frame.resize(random() % 3 == 0 ? random() % (frame.size() + 1) : frame.size());
    const Answer answer = ask(answers, frame, random() % 2 == 0);
    EXPECT_LE(answer.frame.size(), 14U + 1450U);
    if (answer.verdict == ANSWER_REPLY) ++replies;
    if (answer.verdict == ANSWER_PASS) {
      EXPECT_EQ(answer.frame, frame);
    }
  }
  EXPECT_GT(replies, 20000);
}

}  // namespace
}  // namespace patchbay
