// What the responder answers by DHCPv4.

#include <map>
#include <optional>

#include "asked.h"
#include "binding/answers_dhcp4.h"

namespace patchbay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr size_t kOptionsAt = 282;

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
  for (const size_t time : {51U, 58U, 59U})
    EXPECT_EQ(number_at(values.at(time), 0, 4), 0xffffffffU);
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

TEST_F(Dhcp4, DamagedRequestsHarmNothing) {
  const std::string options = asks_for({1, 3, 6, 15}) + option(61, WireBytes().u8(1).mac(kGuest));
  EXPECT_GT(replies_to_damaged({Request{.options = options}.frame()}), 10000);
}

TEST(Answers, WhatNoAnswerHoldsIsLeftOutAndSaid) {
  Attachment blue = attachment({"192.168.0.62/26"});
  for (size_t i = 0; i < 600; ++i) blue.dns.search.push_back("d" + std::to_string(i) + ".example");
  Diagnostics diagnostics;
  const pb_answers answers = answers_for(blue, "", diagnostics);
  ASSERT_FALSE(diagnostics.empty());
  for (const Diagnostic& said : diagnostics) {
    EXPECT_EQ(said.severity, Severity::kWarning);
    EXPECT_EQ(said.where, "responder");
    EXPECT_THAT(said.message,
                testing::AnyOf(HasSubstr("more than a DHCP answer holds"), HasSubstr("not all")));
  }
  EXPECT_THAT(diagnostics[0].message, HasSubstr("more than a DHCP answer holds"));
  const Answer offer = ask(answers, Request{.options = asks_for({1, 119})}.frame());
  ASSERT_EQ(offer.verdict, ANSWER_REPLY);
  for (const auto& [code, value] : options_in(offer.frame)) EXPECT_NE(code, 119U);
}

}  // namespace
}  // namespace patchbay
