#include "binding/duplicate_address.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace patchbay {
namespace {

const IpAddress kFour = IpAddress::parse("192.168.0.62");
const IpAddress kSix = IpAddress::parse("fd00::62");
const Mac kSender = Mac::parse("02:11:22:33:44:55");
const Mac kSquatter = Mac::parse("6e:b7:2c:74:3b:b5");
const Mac kGuest = Mac::parse("02:00:00:00:00:62");

// "ab cd": white space is for the reader.
std::string hex(std::string_view text) {
  std::string bytes;
  int digits = 0;
  int value = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    if (++digits % 2 == 0) {
      bytes.push_back(static_cast<char>(value));
      value = 0;
    }
  }
  return bytes;
}

std::string with(std::string bytes, size_t at, std::string_view replacement) {
  return bytes.replace(at, replacement.size(), replacement);
}

// Captured from a Linux kernel that has the address, asked by kSender.
const std::string kArpReply =
    hex("021122334455 6eb72c743bb5 0806 0001 0800 06 04 0002"
        "6eb72c743bb5 c0a8003e 021122334455 00000000");
const std::string kAdvertisement =
    hex("333300000001 6eb72c743bb5 86dd 60000000 0020 3a ff"
        "fd000000000000000000000000000062 ff020000000000000000000000000001"
        "88 00 84f9 20000000 fd000000000000000000000000000062 02 01 6eb72c743bb5");

constexpr size_t kHopLimitAt = 14 + 7;
constexpr size_t kMessageAt = 14 + 40;

// With a checksum that is right again.
std::string resealed(std::string frame) {
  const auto word = [&frame](size_t at) {
    const auto high = static_cast<uint8_t>(frame[at]);
    const uint32_t low = at + 1 < frame.size() ? static_cast<uint8_t>(frame[at + 1]) : 0;
    return high * 256u + low;
  };
  frame[kMessageAt + 2] = frame[kMessageAt + 3] = 0;
  uint32_t sum = static_cast<uint32_t>(frame.size() - kMessageAt) + 58;
  for (size_t at = 14 + 8; at < frame.size(); at += 2) sum += word(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  frame[kMessageAt + 2] = static_cast<char>(~sum >> 8);
  frame[kMessageAt + 3] = static_cast<char>(~sum);
  return frame;
}

std::string with_payload_length(std::string frame) {
  const size_t size = frame.size() - kMessageAt;
  frame[14 + 4] = static_cast<char>(size >> 8);
  frame[14 + 5] = static_cast<char>(size);
  return resealed(std::move(frame));
}

TEST(ProbeFrame, Ipv4IsAnArpProbe) {
  EXPECT_EQ(probe_frame(kFour, kSender), hex("ffffffffffff 021122334455 0806 0001 0800 06 04 0001"
                                             "021122334455 00000000 000000000000 c0a8003e"));
}

// The checksum is the one that a kernel accepted and answered.
TEST(ProbeFrame, Ipv6IsASolicitationFromNobodyToTheTargetsGroup) {
  const IpAddress address = IpAddress::parse("fd00:1:2:3:4:5:67ab:cdef");
  const std::string frame = probe_frame(address, kSender);
  const std::string expected =
      hex("3333ffabcdef 021122334455 86dd 60000000 0018 3a ff"
          "00000000000000000000000000000000 ff0200000000000000000001ffabcdef"
          "87 00 0000 00000000 fd00000100020003 0004000567abcdef");
  EXPECT_EQ(frame, resealed(expected));
}

TEST(ClaimIn, AnswersOfARealKernel) {
  EXPECT_EQ(claim_in(kArpReply), (AddressClaim{kFour, kSquatter}));
  EXPECT_EQ(claim_in(kAdvertisement), (AddressClaim{kSix, kSquatter}));
  EXPECT_EQ(resealed(kAdvertisement), kAdvertisement);
}

TEST(ClaimIn, PaddingIsNoPartOfTheMessage) {
  EXPECT_EQ(claim_in(kArpReply + std::string(18, '\0')), (AddressClaim{kFour, kSquatter}));
  EXPECT_EQ(claim_in(kAdvertisement + "xyz"), (AddressClaim{kSix, kSquatter}));
}

TEST(ClaimIn, ProbesOfOthers) {
  EXPECT_EQ(claim_in(probe_frame(kFour, kSquatter)), (AddressClaim{kFour, kSquatter}));
  EXPECT_EQ(claim_in(probe_frame(kSix, kSquatter)), (AddressClaim{kSix, kSquatter}));
}

TEST(ClaimIn, WhoeverSpeaksByArpHasTheAddressHeSpeaksFrom) {
  const std::string request = with(kArpReply, 21, "\x01");
  EXPECT_EQ(claim_in(request), (AddressClaim{kFour, kSquatter}));
  const std::string announcement = with(request, 38, hex("c0a8003e"));
  EXPECT_EQ(claim_in(announcement), (AddressClaim{kFour, kSquatter}));
}

TEST(ClaimIn, ASenderOtherThanTheFramesIsTheArpSender) {
  EXPECT_EQ(claim_in(with(kArpReply, 6, hex("02aabbccddee")))->mac, kSquatter);
}

TEST(ClaimIn, AnAdvertisementWithoutALinkLayerAddressIsItsSenders) {
  const std::string bare = with_payload_length(kAdvertisement.substr(0, kMessageAt + 24));
  EXPECT_EQ(claim_in(with(bare, 6, hex("02aabbccddee"))),
            (AddressClaim{kSix, Mac::parse("02:aa:bb:cc:dd:ee")}));
  const std::string other_option = with_payload_length(bare + hex("0e01 010203040506"));
  EXPECT_EQ(claim_in(other_option), (AddressClaim{kSix, kSquatter}));
}

TEST(ClaimIn, TheFirstLinkLayerAddressCounts) {
  const std::string two = with_payload_length(kAdvertisement + hex("0201 02aabbccddee"));
  EXPECT_EQ(claim_in(two), (AddressClaim{kSix, kSquatter}));
}

TEST(ClaimIn, NothingOfAFrameThatIsCutShort) {
  for (const std::string& frame : {kArpReply, kAdvertisement, probe_frame(kSix, kSquatter)}) {
    for (size_t size = 0; size < frame.size(); ++size) {
      EXPECT_EQ(claim_in(frame.substr(0, size)), std::nullopt) << size;
    }
  }
}

TEST(ClaimIn, NothingOfATaggedFrame) {
  const std::string tag = hex("8100 0064");
  for (std::string frame : {kArpReply, kAdvertisement}) {
    EXPECT_EQ(claim_in(frame.insert(12, tag)), std::nullopt);
  }
}

TEST(ClaimIn, NothingOfArpForSomethingElse) {
  EXPECT_EQ(claim_in(with(kArpReply, 14, hex("0006"))), std::nullopt) << "IEEE 802";
  EXPECT_EQ(claim_in(with(kArpReply, 16, hex("86dd"))), std::nullopt) << "IPv6";
  EXPECT_EQ(claim_in(with(kArpReply, 18, hex("08"))), std::nullopt) << "hardware length";
  EXPECT_EQ(claim_in(with(kArpReply, 19, hex("10"))), std::nullopt) << "protocol length";
  EXPECT_EQ(claim_in(with(kArpReply, 20, hex("0003"))), std::nullopt) << "RARP";
  EXPECT_EQ(claim_in(with(kArpReply, 28, hex("00000000"))), std::nullopt) << "reply of 0.0.0.0";
}

TEST(ClaimIn, NothingOfAMacThatNobodyHas) {
  for (const std::string& mac : {hex("000000000000"), hex("ffffffffffff"), hex("01005e000001")}) {
    EXPECT_EQ(claim_in(with(kArpReply, 22, mac)), std::nullopt);
    EXPECT_EQ(claim_in(resealed(with(kAdvertisement, kMessageAt + 26, mac))), std::nullopt);
    EXPECT_EQ(claim_in(with(probe_frame(kSix, kSquatter), 6, mac)), std::nullopt);
  }
}

// RFC 4861, section 7.1.
TEST(ClaimIn, NothingOfNeighbourDiscoveryThatIsNotValid) {
  const auto claims = [](std::string frame) { return claim_in(frame).has_value(); };
  const std::string& good = kAdvertisement;
  EXPECT_FALSE(claims(with(good, kHopLimitAt, "\x40"))) << "it passed a router";
  EXPECT_FALSE(claims(with(good, kMessageAt + 2, "\x84\xfa"))) << "checksum";
  EXPECT_FALSE(claims(resealed(with(good, kMessageAt + 1, "\x01")))) << "code";
  EXPECT_FALSE(claims(resealed(with(good, kMessageAt, "\x89")))) << "a redirect";
  EXPECT_FALSE(claims(resealed(with(good, kMessageAt + 4, "\x60")))) << "solicited by a group";
  EXPECT_FALSE(claims(resealed(with(good, kMessageAt + 8, "\xff")))) << "target is a group";
  EXPECT_FALSE(claims(resealed(with(good, kMessageAt + 25, hex("00"))))) << "option of length 0";
  EXPECT_FALSE(claims(resealed(with(good, kMessageAt + 25, "\x02")))) << "option past the end";
  EXPECT_FALSE(claims(with_payload_length(good + hex("0e")))) << "half an option";
  EXPECT_FALSE(claims(with(good, 14, "\x40"))) << "version 4";
  EXPECT_FALSE(claims(with(good, 20, hex("00")))) << "hop-by-hop options first";
  EXPECT_FALSE(claims(with(good, 18, "\xff\xff"))) << "longer than its frame";
}

TEST(ClaimIn, NothingOfASolicitationThatLooksForANeighbour) {
  const std::string probe = probe_frame(kSix, kSquatter);
  EXPECT_FALSE(claim_in(resealed(with(probe, 22, "\xfd"))).has_value()) << "from an address";
  EXPECT_FALSE(claim_in(resealed(with(probe, 53, "\x63"))).has_value()) << "to another group";
  EXPECT_FALSE(claim_in(with_payload_length(probe + hex("0101 6eb72c743bb5"))).has_value())
      << "with a source";
  // RFC 7527: a nonce, as Linux sends it.
  EXPECT_TRUE(claim_in(with_payload_length(probe + hex("0e01 010203040506"))).has_value());
}

TEST(ClaimIn, NothingOfOtherProtocols) {
  EXPECT_EQ(claim_in(with(kArpReply, 12, hex("0800"))), std::nullopt);
  EXPECT_EQ(claim_in(with(kAdvertisement, 12, hex("88cc"))), std::nullopt);
}

TEST(ConflictIn, IsAClaimByAnotherForOneOfOurs) {
  const std::vector<IpAddress> addresses{IpAddress::parse("192.168.0.61"), kFour, kSix};
  const std::vector<Mac> own{kGuest, kSender};
  EXPECT_EQ(conflict_in(kArpReply, addresses, own), (AddressClaim{kFour, kSquatter}));
  EXPECT_EQ(conflict_in(kAdvertisement, addresses, own), (AddressClaim{kSix, kSquatter}));
  EXPECT_EQ(conflict_in(kArpReply, {kSix}, own), std::nullopt) << "another address";
  EXPECT_EQ(conflict_in(kArpReply, addresses, {kSquatter}), std::nullopt) << "the VM itself";
  for (const IpAddress& address : addresses) {
    EXPECT_EQ(conflict_in(probe_frame(address, kSender), addresses, own), std::nullopt)
        << "our own probe, reflected";
  }
}

}  // namespace
}  // namespace patchbay
