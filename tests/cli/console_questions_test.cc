#include "cli/console_questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"

namespace patchbay::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Mac kMac = Mac::parse("02:00:00:00:00:62");

NetworkPlan plan_with(const std::string& gateway) {
  Attachment blue;
  blue.network = "blue";
  blue.mac = kMac;
  Route route;
  route.to = {IpAddress::any(Family::kIpv6), 0};
  route.via = IpAddress::parse(gateway);
  blue.routes = {route, route};
  NetworkPlan plan;
  plan.attachments = {blue};
  return plan;
}

// What is typed into the guest's shell to reach the plan's gateways.
std::vector<std::string> typed(const std::string& nic, const std::string& gateway) {
  GuestState guest;
  guest.nics = {SeenNic{.name = nic, .mac = kMac}};
  std::vector<std::string> commands;
  const Ask ask = [&commands](const std::string& command) {
    commands.push_back(command);
    return Answer{};
  };
  ask_for_pings(ask, gateways(plan_with(gateway), guest));
  return commands;
}

TEST(Gateways, AreAskedOnceAndLinkLocalOnesByTheNic) {
  EXPECT_THAT(typed("enp2s0", "fe80::1"),
              ElementsAre("(ping -6 -c 3 -w 10 fe80::1%enp2s0 || ping6 -c 3 -w 10 fe80::1%enp2s0) "
                          "2>&1"));
  EXPECT_THAT(typed("enp2s0", "192.168.0.1"), ElementsAre("ping -c 3 -w 10 192.168.0.1 2>&1"));
}

TEST(Gateways, NoNameOfTheGuestsIsRunByItsShell) {
  for (const char* const nic : {"", "$(id)", "`id`", "a;id", "a|id", "a&id", "a b", "a\nid", "a'b",
                                "a\"b", "a>b", "\x1b[2J", "\u202e", "a\\b", "*", "~"}) {
    EXPECT_THAT(typed(nic, "fe80::1"), IsEmpty()) << nic;
    EXPECT_THAT(typed(nic, "fd00::1"),
                ElementsAre("(ping -6 -c 3 -w 10 fd00::1 || ping6 -c 3 -w 10 fd00::1) 2>&1"));
  }
}

TEST(AskForNetwork, AGuestWithoutIpIsSaid) {
  try {
    ask_for_network([](const std::string&) { return Answer{}; });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kUnsupported);
    EXPECT_THAT(error.what(), HasSubstr("the guest has no `ip`"));
  }
}

}  // namespace
}  // namespace patchbay::cli
