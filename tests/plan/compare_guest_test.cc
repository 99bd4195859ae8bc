// The comparison that decides about every guest: what a real one printed, and each way in which it
// can differ from what was meant.
#include "plan/compare_guest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/plan/guest_outputs.h"
#include "tests/plan/scene.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PlannedAddress planned(const std::string& prefix) {
  return {IpPrefix::parse(prefix), Source::kRecord};
}

SeenAddress seen(const std::string& prefix, bool dynamic = false) {
  return {IpPrefix::parse(prefix), dynamic, false};
}

SeenRoute seen_route(const std::string& to, const std::string& via, const std::string& protocol) {
  return {IpPrefix::parse(to),
          via.empty() ? std::nullopt : std::optional(IpAddress::parse(via)),
          {},
          protocol};
}

class CompareGuest : public testing::Test {
 protected:
  CompareGuest() {
    plan.vmi = "default/vm1";
    plan.order = {"default", "blue"};
    plan.default_route = "default";
    plan.others = {{"default", "masquerade", Mac::parse("22:59:99:e9:4d:20"), {}}};
    Attachment attachment;
    attachment.network = "blue";
    attachment.mac = Mac::parse("02:00:00:00:00:62");
    attachment.mtu = 1500;
    attachment.ipv4 = Ipv4Method::kStatic;
    attachment.ipv6 = Ipv6Method::kStatic;
    attachment.addresses = {planned("192.168.0.62/26"), planned("192.168.0.63/26"),
                            planned("fd00::62/64")};
    attachment.routes = {route("10.20.0.0/16", "192.168.0.3")};
    attachment.dns = {
        {IpAddress::parse("10.0.0.53"), IpAddress::parse("fd00::53")}, {"corp.example"}, {}};
    plan.attachments = {attachment};
  }

  Attachment& blue() { return plan.attachments[0]; }
  SeenNic& nic() { return guest.nics[1]; }

  // "NETWORK: WHAT: found FOUND" of everything that differs.
  std::vector<std::string> wrong() const {
    std::vector<std::string> lines;
    for (const NicReport& each : compare_guest(plan, guest).nics) {
      for (const Check& check : each.checks) {
        if (check.holds()) continue;
        lines.push_back(each.network + ": " + check.what + ": found " + check.found);
      }
    }
    return lines;
  }

  // DHCPv4 instead of the static IPv4 addresses.
  void ask_dhcp() {
    blue().ipv4 = Ipv4Method::kDhcp;
    blue().addresses = {planned("fd00::62/64")};
    nic().addresses = {seen("172.22.0.50/24", true), seen("fd00::62/64")};
    blue().routes.clear();
    nic().routes->clear();
  }

  NetworkPlan plan;
  GuestState guest = parse_guest_state(guest_outputs());
};

TEST_F(CompareGuest, NothingDiffersWhereItIsAsMeant) {
  EXPECT_THAT(wrong(), IsEmpty());
  EXPECT_EQ(differences(compare_guest(plan, guest)), 0U);
}

TEST_F(CompareGuest, EachDifferenceIsFoundAndNamed) {
  const NetworkPlan good = plan;
  const std::vector<std::pair<std::function<void()>, std::string>> cases{
      {[&] { blue().addresses[0] = planned("192.168.0.64/26"); }, "blue: addresses: found 192.168"},
      {[&] { blue().addresses[0] = planned("192.168.0.62/24"); }, "blue: addresses"},
      {[&] { blue().addresses.pop_back(); }, "blue: addresses"},
      {[&] { std::swap(blue().addresses[0], blue().addresses[1]); },
       "blue: order of addresses: found 192.168.0.62 before 192.168.0.63"},
      {[&] { blue().routes.clear(); }, "blue: routes: found 10.20.0.0/16 via 192.168.0.3"},
      {[&] { blue().routes[0].via = IpAddress::parse("192.168.0.4"); }, "blue: routes"},
      {[&] { blue().routes[0].metric = 5; }, "blue: routes"},
      {[&] { blue().mtu = 1450; }, "blue: MTU: found 1500"},
      {[&] { blue().guest_name = "db0"; }, "blue: name: found enp2s0"},
      {[&] { blue().dns.servers.pop_back(); }, "blue: name servers: found 10.0.0.53, fd00::53"},
      {[&] { std::swap(blue().dns.servers[0], blue().dns.servers[1]); }, "blue: name servers"},
      {[&] { blue().dns.search.clear(); }, "blue: search domains: found corp.example"}};
  for (const auto& [change, words] : cases) {
    plan = good;
    change();
    EXPECT_THAT(wrong(), ElementsAre(HasSubstr(words)));
  }
}

TEST_F(CompareGuest, NicsAreFoundByTheirMac) {
  blue().mac = Mac::parse("02:00:00:00:00:99");
  EXPECT_THAT(wrong(), ElementsAre("blue: NIC: found none", ": NIC: found 02:00:00:00:00:62"));
}

TEST_F(CompareGuest, ANicThatNobodyExpects) {
  plan.others.clear();
  EXPECT_THAT(wrong(), ElementsAre(": NIC: found 22:59:99:e9:4d:20"));
  plan.others = {{"default", "sriov", Mac(), {}}};  // may be this one
  EXPECT_THAT(wrong(), IsEmpty());
}

TEST_F(CompareGuest, OtherNicsAreKnownButNotJudged) {
  guest.nics[0].addresses.push_back(seen("10.9.0.1/24"));
  EXPECT_THAT(wrong(), IsEmpty());
  guest.nics.erase(guest.nics.begin());
  EXPECT_THAT(wrong(), ElementsAre("default: NIC: found none"));
}

TEST_F(CompareGuest, ReportsInTheOrderOfTheVmi) {
  const GuestReport report = compare_guest(plan, guest);
  ASSERT_EQ(report.nics.size(), 2U);
  EXPECT_EQ(report.nics[0].network, "default");
  EXPECT_THAT(report.nics[0].checks, IsEmpty());
  ASSERT_EQ(report.nics[0].found->routes->size(), 1U);  // not those that address and lease imply
  EXPECT_EQ(report.nics[1].network, "blue");
}

TEST_F(CompareGuest, OfSeveralDefaultRoutesThePreferredNetworksHasToWin) {
  const auto checks = [this] { return compare_guest(plan, guest).checks; };
  EXPECT_THAT(checks(), IsEmpty());  // one only
  nic().routes->push_back(seen_route("0.0.0.0/0", "192.168.0.2", "static"));
  ASSERT_EQ(checks().size(), 1U);
  EXPECT_EQ(checks()[0].what, "IPv4 default route");
  EXPECT_EQ(checks()[0].expected, "by default");
  EXPECT_EQ(checks()[0].found, "blue (metric 0) before default (metric 1024)");
  EXPECT_FALSE(checks()[0].holds());
  nic().routes->back().metric = 1024;  // as good as the other: either may win
  EXPECT_FALSE(checks()[0].holds());
  nic().routes->back().metric = 2001;
  EXPECT_TRUE(checks()[0].holds());
  plan.default_route = "blue";
  EXPECT_FALSE(checks()[0].holds());
  plan.default_route.clear();
  EXPECT_THAT(checks(), IsEmpty());  // nothing says which
}

TEST_F(CompareGuest, WhatTheGuestsWordDoesNotSayIsNoDifferenceAndListed) {
  nic().routes.reset();
  nic().up.reset();
  nic().mtu = 0;
  nic().dns.reset();
  nic().search.reset();
  for (SeenAddress& each : nic().addresses) {
    each = {{each.prefix.address, each.prefix.address.bits()}, false, false, false};
  }
  guest.lifetimes_told = false;
  guest.own_links_told = false;
  guest.nics.push_back({"docker0", Mac::parse("02:42:00:00:00:01"), 0, {}, "", {}, {}, {}, {}});
  EXPECT_THAT(wrong(), IsEmpty());
  const GuestReport report = compare_guest(plan, guest);
  EXPECT_FALSE(saw_all(report));
  EXPECT_THAT(report.nics[1].not_looked_at,
              ElementsAre("link", "prefix lengths", "whether addresses expire", "routes", "MTU",
                          "name servers", "search domains"));
  EXPECT_THAT(to_json(report), HasSubstr("\"notLookedAt\""));
  nic().addresses.pop_back();
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("blue: addresses")));
}

TEST_F(CompareGuest, NameServersOfTheWholeGuestMayBeOtherNicsToo) {
  guest.resolver_is_one = true;
  nic().dns = {{"9.9.9.9", "10.0.0.53", "fd00::53"}};
  EXPECT_THAT(wrong(), IsEmpty());
  nic().dns->pop_back();
  EXPECT_THAT(wrong(), ElementsAre("blue: name servers: found 9.9.9.9, 10.0.0.53"));
}

TEST_F(CompareGuest, ASecondDefaultRoute) {
  nic().routes->push_back(seen_route("0.0.0.0/0", "192.168.0.2", "static"));
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("default via 192.168.0.2")));
  blue().routes.push_back(route("0.0.0.0/0", "192.168.0.2"));  // planned, and not the VM's
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("default via 192.168.0.2")));
  plan.default_route = "blue";
  EXPECT_THAT(wrong(), IsEmpty());
  nic().routes->pop_back();
  EXPECT_THAT(wrong(), ElementsAre("blue: routes: found 10.20.0.0/16 via 192.168.0.3"));
}

TEST_F(CompareGuest, ADefaultRouteHasNoRivalAndNoMetric) {
  plan.default_route = "blue";
  blue().routes.push_back(route("::/0", "fd00::1"));
  blue().routes.back().metric = 2001;
  nic().routes->push_back(seen_route("::/0", "fd00::1", "static"));
  nic().routes->back().metric = 1024;
  EXPECT_THAT(wrong(), IsEmpty());
}

TEST_F(CompareGuest, AnAddressOfARouterAdvertisementThatWasNotMeant) {
  nic().addresses.push_back(seen("fd01::1/64", true));
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("fd01::1/64 (dynamic)")));
}

TEST_F(CompareGuest, AStaticAddressThatExpires) {
  nic().addresses[0].dynamic = true;
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("192.168.0.62/26 (dynamic)")));
}

TEST_F(CompareGuest, AnAddressThatAnotherHostHas) {
  nic().addresses[2].duplicate = true;
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("fd00::62/64 (duplicate)")));
}

TEST_F(CompareGuest, DhcpNeedsAnyLeaseAndNoParticularOne) {
  ask_dhcp();
  EXPECT_THAT(wrong(), IsEmpty());
  nic().addresses[0].dynamic = false;
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("172.22.0.50/24")));
  nic().addresses.erase(nic().addresses.begin());
  EXPECT_THAT(wrong(), ElementsAre("blue: addresses: found fd00::62/64"));
  nic().addresses = {seen("172.22.0.50/24", true)};
  EXPECT_THAT(wrong(), ElementsAre("blue: addresses: found 172.22.0.50/24 (dynamic)"));
}

// By DHCPv6 the guest has it as a /128.
TEST_F(CompareGuest, AResponderSaysWhichAddressesAreLeased) {
  ask_dhcp();
  blue().ipv6 = Ipv6Method::kDhcp;
  blue().addresses.clear();
  blue().lease = Lease{.addresses = {planned("172.22.0.50/24"), planned("fd00::62/64")}};
  nic().addresses = {seen("172.22.0.50/24", true), seen("fd00::62/128", true)};
  EXPECT_THAT(wrong(), IsEmpty());
  nic().addresses[0] = seen("172.22.0.51/24", true);  // somebody else's answer
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("172.22.0.51/24")));
}

TEST_F(CompareGuest, WhatDhcpMayBringBesidesAnAddress) {
  ask_dhcp();
  nic().routes = {seen_route("0.0.0.0/0", "172.22.0.1", "dhcp"),
                  seen_route("10.0.0.0/8", "172.22.0.1", "")};
  nic().dns->insert(nic().dns->begin(), "172.22.0.1");
  nic().search->emplace_back("dhcp.example");
  EXPECT_THAT(wrong(), IsEmpty());
  (*nic().routes)[1].protocol = "static";
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("10.0.0.0/8 via 172.22.0.1")));
  nic().routes->pop_back();
  blue().never_default = true;
  EXPECT_THAT(wrong(), ElementsAre("blue: routes: found default via 172.22.0.1"));
  nic().routes->clear();
  nic().dns->pop_back();
  EXPECT_THAT(wrong(), ElementsAre("blue: name servers: found 172.22.0.1, 10.0.0.53"));
}

TEST_F(CompareGuest, DhcpOfOneFamilyBringsNoRouteOfTheOther) {
  ask_dhcp();
  nic().routes = {seen_route("::/0", "fe80::1", "ra")};
  EXPECT_THAT(wrong(), ElementsAre("blue: routes: found default via fe80::1"));
}

TEST_F(CompareGuest, AutoNeedsAnAdvertisedAddress) {
  blue().ipv6 = Ipv6Method::kAuto;
  blue().addresses.pop_back();
  nic().addresses[2] = seen("2001:db8::5054/64", true);
  nic().routes->push_back(seen_route("::/0", "fe80::1", "ra"));
  EXPECT_THAT(wrong(), IsEmpty());
  nic().addresses.pop_back();
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("blue: addresses")));
  blue().ipv6 = Ipv6Method::kDhcp;
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("blue: addresses")));
}

TEST_F(CompareGuest, NoneMeansNone) {
  blue().ipv4 = Ipv4Method::kNone;
  blue().ipv6 = Ipv6Method::kNone;
  blue().addresses.clear();
  blue().routes.clear();
  nic().routes->clear();
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("blue: addresses")));
  nic().addresses.clear();
  nic().up = false;  // nobody said that it has to be
  EXPECT_THAT(wrong(), IsEmpty());
}

TEST_F(CompareGuest, ALinkThatCarriesNothing) {
  nic().up = false;
  EXPECT_THAT(wrong(), ElementsAre("blue: link: found down or without carrier"));
}

TEST_F(CompareGuest, AGatewayOutsideTheSubnetNeedsItsWay) {
  blue().routes = {route("10.20.0.0/16", "10.9.0.1")};
  nic().routes = {seen_route("10.9.0.1/32", "", "static"),
                  seen_route("10.20.0.0/16", "10.9.0.1", "static")};
  EXPECT_THAT(wrong(), IsEmpty());
  nic().routes->push_back(seen_route("10.9.0.2/32", "", "static"));
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("10.9.0.2/32")));
}

TEST_F(CompareGuest, RoutesOnTheLink) {
  blue().routes = {route("10.30.0.0/16", "0.0.0.0"), route("192.168.0.0/26", "0.0.0.0")};
  for (Route& each : blue().routes) each.via.reset();
  nic().routes = {seen_route("10.30.0.0/16", "", "static"),
                  seen_route("192.168.0.0/26", "", "kernel"),
                  seen_route("169.254.0.0/16", "", "static")};
  EXPECT_THAT(wrong(), IsEmpty());
  nic().routes->erase(nic().routes->begin());
  EXPECT_THAT(wrong(), ElementsAre("blue: routes: found none"));
}

TEST_F(CompareGuest, ARouteOfATableOfItsOwnIsNotLookedAt) {
  blue().routes[0].table = 1001;
  nic().routes->clear();
  EXPECT_THAT(wrong(), IsEmpty());
}

TEST_F(CompareGuest, AResolverThatWasNotLookedAt) {
  guest = parse_guest_state({kAddresses, {kRoutes4, kRoutes6}, {}, {}});
  blue().dns = {};
  EXPECT_THAT(wrong(), IsEmpty());
}

TEST_F(CompareGuest, APortOfAGuestsBridgeSaysWhereToLook) {
  nic().addresses.clear();
  nic().master = "br0";
  const GuestReport report = compare_guest(plan, guest);
  EXPECT_THAT(report.nics[1].checks[0].look_at, HasSubstr("br0"));
}

TEST_F(CompareGuest, TheReportAsJson) {
  nic().mtu = 1450;
  nic().dns.reset();
  nic().search.reset();
  plan.others = {{"default", "masquerade", Mac(), {}}};
  guest.nics.erase(guest.nics.begin());
  GuestReport report = compare_guest(plan, guest);
  report.nics[1].checks.erase(report.nics[1].checks.begin(), report.nics[1].checks.end() - 1);
  report.nics[1].checks[0].look_at = "it";
  EXPECT_EQ(to_json(report), R"({
  "vmi": "default/vm1",
  "holds": false,
  "nics": [
    {
      "network": "default",
      "checks": []
    },
    {
      "network": "blue",
      "mac": "02:00:00:00:00:62",
      "found": {
        "name": "enp2s0",
        "mtu": 1450,
        "addresses": [
          {
            "address": "192.168.0.62/26"
          },
          {
            "address": "192.168.0.63/26"
          },
          {
            "address": "fd00::62/64"
          }
        ],
        "routes": [
          "10.20.0.0/16 via 192.168.0.3"
        ]
      },
      "checks": [
        {
          "what": "MTU",
          "expected": "1500",
          "found": "1450",
          "lookAt": "it"
        }
      ],
      "notLookedAt": [
        "name servers",
        "search domains"
      ]
    }
  ]
}
)");
}

}  // namespace
}  // namespace patchbay
