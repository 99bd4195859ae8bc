// What the responder answers by DHCPv6 and router advertisement.

#include <map>
#include <optional>

#include "asked.h"
#include "binding/answers_ipv6.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

uint16_t checksum6_over(const std::string& frame) {
  const std::string payload = frame.substr(54);
  WireBytes pseudo;
  pseudo.raw(frame.substr(22, 32)).u32(payload.size()).u32(number_at(frame, 20, 1));
  return checksum_over(pseudo.str() + payload);
}

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

TEST_F(Ipv6, DamagedRequestsHarmNothing) {
  EXPECT_GT(replies_to_damaged(
                {Request6{3, kClient + kServer + association(of_address6("fd00::62"))}.frame(),
                 ipv6_frame(58, 255, WireBytes().u8(133).u8(0).u16(0).u32(0))}),
            10000);
}

TEST(Answers, WhatNoAnswerHoldsIsLeftOutAndSaid) {
  std::vector<std::string> addresses;
  for (int i = 0; i < 100; ++i) addresses.push_back("fd00::" + std::to_string(i + 10) + "/64");
  Attachment blue = attachment(addresses);
  for (int i = 0; i < 100; ++i) blue.dns.servers.push_back(ip("fd00:5::" + std::to_string(i + 1)));
  Diagnostics diagnostics;
  const pb_answers answers = answers_for(blue, "", diagnostics);
  EXPECT_EQ(answers.dhcp6.addresses, static_cast<unsigned>(PB_MOST_ADDRESSES));
  std::vector<std::string> said;
  for (const Diagnostic& each : diagnostics) said.push_back(each.message);
  for (const std::string what : {"IPv6 addresses", "IPv6 name servers"}) {
    EXPECT_THAT(said,
                testing::Contains("not all " + what + " fit into the answer, and are left out"));
  }
}

}  // namespace
}  // namespace patchbay
