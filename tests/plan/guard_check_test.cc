// What guard "full" of a network's NAD lets nothing out of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/scene.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GuardCheck : public testing::Test {
 protected:
  void park(std::vector<IpPrefix> ips, std::vector<IpPrefix> allowed, Guard guard = Guard::kFull) {
    scene_.park("blue", std::move(ips));
    std::string& alias = scene_.input.pod.links.back().alias;
    Record record = parse_record(alias);
    record.wiring.guard = guard;
    record.wiring.allowed = std::move(allowed);
    alias = to_json(record);
  }
  // What it says of the guard.
  std::vector<std::string> said(const std::string& annotation) {
    scene_.input.vmi.networks_annotation = annotation;
    std::vector<std::string> messages;
    for (const Diagnostic& each : scene_.plan().diagnostics) {
      if (each.where == "guard") messages.push_back(each.message);
    }
    return messages;
  }

  Scene scene_{{"blue"}};
};

TEST_F(GuardCheck, AnAnnotatedAddressHasToBeAllowed) {
  park({IpPrefix::parse("192.168.0.62/26")}, {IpPrefix::parse("10.9.0.0/16")});
  EXPECT_THAT(said(R"({"blue":{"addresses":["192.168.0.62/26","10.9.0.1/16"]}})"), IsEmpty());
  const auto dropped = said(R"({"blue":{"addresses":["192.168.0.61/26","fd00::1/64"]}})");
  ASSERT_EQ(dropped.size(), 1U);
  EXPECT_THAT(dropped[0], HasSubstr("192.168.0.61/26 (annotation), fd00::1/64 (annotation)"));
}

TEST_F(GuardCheck, WhatRoutersGiveHasToBeAllowed) {
  park({IpPrefix::parse("192.168.0.62/26")}, {});
  EXPECT_THAT(said(R"({"blue":{"ipv6":"auto"}})"),
              testing::ElementsAre(HasSubstr("what routers or DHCPv6 give it")));
}

TEST_F(GuardCheck, WhatDhcpGivesHasToBeAllowed) {
  park({}, {IpPrefix::parse("fd00::/64")});
  EXPECT_THAT(said(R"({"blue":{"ipv4":"dhcp","ipv6":"auto"}})"),
              testing::ElementsAre(HasSubstr("from what DHCP gives it is dropped")));
}

TEST_F(GuardCheck, OnlyFullLooksAtAddresses) {
  park({IpPrefix::parse("192.168.0.62/26")}, {}, Guard::kMac);
  EXPECT_THAT(said(R"({"blue":{"addresses":["192.168.0.61/26"]}})"), IsEmpty());
}

}  // namespace
}  // namespace patchbay
