// Which routes each guest can be told, and what is said of those that it can't.
#include "cloudinit/guest_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cloudinit/plans.h"

namespace patchbay::cloudinit {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> texts(const std::vector<GuestRoute>& routes) {
  std::vector<std::string> all;
  for (const GuestRoute& route : routes) {
    std::string text = route.to.to_string();
    if (route.via) text += " via " + route.via->to_string();
    if (route.via_is_on_link) text += " on-link";
    if (route.metric) text += " metric " + std::to_string(*route.metric);
    if (route.table) text += " table " + std::to_string(*route.table);
    all.push_back(text);
  }
  return all;
}

class GuestRoutesTest : public testing::Test {
 protected:
  std::vector<std::string> said(size_t attachment = 0) {
    diagnostics.clear();
    return texts(guest_routes(plan, plan.attachments.at(attachment), format, diagnostics).routes);
  }
  Route& add(const Route& route, size_t attachment = 0) {
    plan.attachments.at(attachment).routes.push_back(route);
    return plan.attachments.at(attachment).routes.back();
  }
  void expect_told(Severity severity, const std::string& part) {
    EXPECT_THAT(diagnostics, ElementsAre(AllOf(Field(&Diagnostic::severity, severity),
                                               Field(&Diagnostic::network, "blue"),
                                               Field(&Diagnostic::message, HasSubstr(part)),
                                               Field(&Diagnostic::hint, testing::Not(IsEmpty())))));
  }

  NetworkPlan plan =
      plan_of({static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26", "fd00::62/64"}),
               static_nic("green", "02:00:00:00:00:02", {"10.1.0.5/24", "fd01::5/64"})},
              {kPodNetwork});
  Format format = Format::kV2;
  Diagnostics diagnostics;
};

TEST_F(GuestRoutesTest, AGatewayAndARouteWithItsMetric) {
  plan.default_route = "blue";
  add(route("0.0.0.0/0", "192.168.0.2"));
  add(route("10.0.0.0/8", "192.168.0.3")).metric = 100;
  EXPECT_THAT(said(),
              ElementsAre("0.0.0.0/0 via 192.168.0.2", "10.0.0.0/8 via 192.168.0.3 metric 100"));
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(GuestRoutesTest, TheOthersDhcpHasTheDefaultRouteSoAStaticOneYields) {
  plan.default_route = "default";
  add(route("0.0.0.0/0", "192.168.0.2")).metric = 2001;
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kWarning, "192.168.0.2 is left out");
}

TEST_F(GuestRoutesTest, TheOthersDhcpBringsNoIpv6SoAStaticOneStays) {
  plan.default_route = "default";
  add(route("::/0", "fd00::1")).metric = 2001;
  add(route("::/0", "fd01::1"), 1).metric = 2002;
  EXPECT_THAT(said(0), ElementsAre("::/0 via fd00::1 metric 2001"));
  EXPECT_THAT(diagnostics, IsEmpty());
  EXPECT_THAT(said(1), IsEmpty());
  EXPECT_EQ(diagnostics.size(), 1U);
}

TEST_F(GuestRoutesTest, ThePreferredNetworksDefaultRouteStaysWhateverTheMetrics) {
  plan.default_route = "green";
  add(route("0.0.0.0/0", "192.168.0.2"));
  add(route("0.0.0.0/0", "10.1.0.1"), 1).metric = 500;
  EXPECT_THAT(said(0), IsEmpty());
  EXPECT_THAT(said(1), ElementsAre("0.0.0.0/0 via 10.1.0.1 metric 500"));
}

TEST_F(GuestRoutesTest, APreferredNetworkThatLearnsItsDefaultRouteNeedsNone) {
  plan.default_route = "green";
  plan.attachments[1].ipv6 = Ipv6Method::kAuto;
  add(route("::/0", "fd00::1"));
  EXPECT_THAT(said(0), IsEmpty());
}

TEST_F(GuestRoutesTest, ANicThatShallHaveNoneHasNoDefaultRoute) {
  plan.default_route = "default";
  plan.attachments[0].never_default = true;
  add(route("::/0", "fd00::1"));
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_THAT(diagnostics, IsEmpty()) << "the user said so";
}

TEST_F(GuestRoutesTest, OfTwoDefaultRoutesOfOneNicTheBetterStays) {
  plan.default_route = "blue";
  add(route("0.0.0.0/0", "192.168.0.2")).metric = 200;
  add(route("0.0.0.0/0", "192.168.0.3")).metric = 100;
  EXPECT_THAT(said(), ElementsAre("0.0.0.0/0 via 192.168.0.3 metric 100"));
  expect_told(Severity::kWarning, "has a better default route");
}

TEST_F(GuestRoutesTest, ARouteOnTheLinkIsNeededOnlyBeyondTheSubnet) {
  add(on_link_route("192.168.0.0/26"));
  add(on_link_route("192.168.0.8/29"));
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_THAT(diagnostics, IsEmpty());

  plan.attachments[0].routes = {on_link_route("192.168.0.0/24")};
  EXPECT_THAT(said(), ElementsAre("192.168.0.0/24"));
  EXPECT_THAT(diagnostics, IsEmpty());
  plan.guest = Guest::kEni;
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kWarning, "192.168.0.0/24 on the link is left out");
}

TEST_F(GuestRoutesTest, OnlyNetplanHasAWordForAnIpv6RouteOnTheLink) {
  add(on_link_route("fd00::/48"));
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kWarning, "fd00::/48 on the link is left out");
  plan.guest = Guest::kNetplan;
  EXPECT_THAT(said(), ElementsAre("fd00::/48"));
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(GuestRoutesTest, AGatewayOutsideTheSubnetsComesAfterTheWayToIt) {
  plan.default_route = "blue";
  add(route("0.0.0.0/0", "192.168.0.65"));
  add(route("10.0.0.0/8", "192.168.0.65"));
  EXPECT_THAT(said(), ElementsAre("192.168.0.65/32", "0.0.0.0/0 via 192.168.0.65 on-link",
                                  "10.0.0.0/8 via 192.168.0.65 on-link"));
  EXPECT_EQ(diagnostics.at(0).severity, Severity::kNote);
  plan.guest = Guest::kNetworkd;
  EXPECT_EQ(said().size(), 3U);
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(GuestRoutesTest, AGatewayOutsideTheSubnetsIsAnErrorWhereNoWordLeadsToIt) {
  plan.default_route = "blue";
  add(route("0.0.0.0/0", "192.168.0.65"));
  for (const Guest guest : {Guest::kEni, Guest::kWindows}) {
    plan.guest = guest;
    EXPECT_THAT(said(), IsEmpty());
    expect_told(Severity::kError, "0.0.0.0/0 via 192.168.0.65 is in none of the subnets");
  }
  plan.guest = Guest::kLinux;
  plan.attachments[0].routes = {route("::/0", "fd77::1")};
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kError, "::/0 via fd77::1 is in none of the subnets");
  plan.guest = Guest::kNetplan;
  EXPECT_THAT(said(), ElementsAre("fd77::1/128", "::/0 via fd77::1 on-link"));
}

TEST_F(GuestRoutesTest, BesideNoAddressOfItsFamilyOnlyVersion2HasAPlaceForOne) {
  plan.attachments[0] = static_nic("blue", "02:00:00:00:00:01", {"192.168.0.62/26"});
  add(route("fd09::/64", "fe80::1"));
  EXPECT_THAT(said(), ElementsAre("fd09::/64 via fe80::1"));
  EXPECT_THAT(diagnostics, IsEmpty());
  for (const Format other : {Format::kV1, Format::kNetworkData}) {
    format = other;
    EXPECT_THAT(said(), IsEmpty());
    expect_told(Severity::kWarning, "fe80::1 is left out of the guest's configuration: beside no");
  }
  plan.attachments[0] = static_nic("blue", "02:00:00:00:00:01", {"fd00::62/64"});
  add(on_link_route("10.0.0.0/8"));
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kWarning, "10.0.0.0/8 on the link is left out");
}

TEST_F(GuestRoutesTest, WindowsIsToldDefaultRoutesOnly) {
  plan.guest = Guest::kWindows;
  format = Format::kV1;
  plan.default_route = "blue";
  add(route("0.0.0.0/0", "192.168.0.2"));
  add(route("10.0.0.0/8", "192.168.0.3"));
  EXPECT_THAT(said(), ElementsAre("0.0.0.0/0 via 192.168.0.2"));
  expect_told(Severity::kWarning, "10.0.0.0/8 via 192.168.0.3 is left out");
}

// cloudbase-init's readers skip what is no static address, with the gateway in it.
TEST_F(GuestRoutesTest, WindowsIsToldAGatewayBesideItsOneStaticAddressOnly) {
  plan.guest = Guest::kWindows;
  format = Format::kV1;
  plan.default_route = "blue";
  Attachment& blue = plan.attachments[0];
  blue.addresses = {{IpPrefix::parse("192.168.0.62/26"), Source::kRecord},
                    {IpPrefix::parse("10.1.0.5/24"), Source::kRecord}};
  blue.routes = {route("0.0.0.0/0", "10.1.0.1")};
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kError, "0.0.0.0/0 via 10.1.0.1 is in none of the subnets");
  blue.addresses.clear();
  blue.ipv4 = Ipv4Method::kDhcp;
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kWarning, "together with a static address");
}

TEST_F(GuestRoutesTest, SourceRoutingHasATableForEachNicAndARuleForEachAddress) {
  plan.guest = Guest::kNetplan;
  plan.order = {"default", "blue", "green"};
  plan.default_route = "default";
  plan.attachments[0].source_routing = true;
  add(route("0.0.0.0/0", "192.168.0.2")).metric = 2001;
  add(route("10.0.0.0/8", "192.168.0.3"));
  EXPECT_THAT(said(),
              ElementsAre("192.168.0.0/26 table 1001", "fd00::/64 table 1001",
                          "0.0.0.0/0 via 192.168.0.2 metric 2001 table 1001",
                          "10.0.0.0/8 via 192.168.0.3 table 1001", "10.0.0.0/8 via 192.168.0.3"));
  EXPECT_THAT(diagnostics, IsEmpty()) << "its default route is not lost";
  EXPECT_THAT(guest_routes(plan, plan.attachments[0], format, diagnostics).rules,
              ElementsAre(GuestRule{IpAddress::parse("192.168.0.62"), 1001},
                          GuestRule{IpAddress::parse("fd00::62"), 1001}));
}

TEST_F(GuestRoutesTest, SourceRoutingIsRefusedWhereTheGuestCantBeToldIt) {
  plan.attachments[0].source_routing = true;
  for (const Guest guest : {Guest::kLinux, Guest::kNetworkd, Guest::kWindows}) {
    plan.guest = guest;
    EXPECT_THAT(said(), IsEmpty());
    expect_told(Severity::kError, "this one is taken for \"" + std::string(name(guest)));
  }
  plan.guest = Guest::kNetplan;
  format = Format::kNetworkData;
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kError, "by a cloudInitNoCloud volume");
}

TEST_F(GuestRoutesTest, AGatewayIsNotJudgedWhereTheSubnetIsLearnt) {
  plan.default_route = "blue";
  plan.attachments[0].addresses.clear();
  plan.attachments[0].ipv4 = Ipv4Method::kDhcp;
  add(route("10.0.0.0/8", "192.168.0.65"));
  add(route("fd05::/48", "fe80::1"));
  EXPECT_EQ(said().size(), 2U);
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(GuestRoutesTest, ARouteOfAnotherTableDoesNotEnterTheMainOne) {
  add(route("0.0.0.0/0", "192.168.0.2")).table = 100;
  EXPECT_THAT(said(), IsEmpty());
  expect_told(Severity::kWarning, "belongs to table 100");
}

TEST_F(GuestRoutesTest, LostAttributesAreNamed) {
  Route& lossy = add(route("10.0.0.0/8", "192.168.0.3"));
  lossy.mtu = 1400;
  lossy.advmss = 1360;
  lossy.scope = 253;
  lossy.table = 254;
  EXPECT_EQ(said().size(), 1U);
  expect_told(Severity::kWarning, "without its mtu, advmss, scope");
}

}  // namespace
}  // namespace patchbay::cloudinit
