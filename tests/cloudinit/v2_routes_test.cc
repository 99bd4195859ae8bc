// What network-config v2 can't say to every guest, and what is said about that.
#include "cloudinit/v2_routes.h"

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

class V2RoutesTest : public testing::Test {
 protected:
  V2Routes said(size_t attachment = 0) {
    diagnostics.clear();
    return v2_routes(plan, plan.attachments.at(attachment), diagnostics);
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
  Diagnostics diagnostics;
};

TEST_F(V2RoutesTest, AGatewayAndARouteWithItsMetric) {
  plan.default_route = "blue";
  add(route("0.0.0.0/0", "192.168.0.2"));
  add(route("10.0.0.0/8", "192.168.0.3")).metric = 100;
  EXPECT_THAT(said().routes, ElementsAre(V2Route{"0.0.0.0/0", "192.168.0.2", std::nullopt},
                                         V2Route{"10.0.0.0/8", "192.168.0.3", 100}));
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(V2RoutesTest, AnIpv6DefaultRouteIsGateway6BesideAStaticAddress) {
  plan.default_route = "blue";
  add(route("::/0", "fd00::1"));
  EXPECT_EQ(said().gateway6, "fd00::1");
  EXPECT_THAT(said().routes, IsEmpty());

  plan.attachments[0].addresses.pop_back();
  plan.attachments[0].ipv6 = Ipv6Method::kAuto;
  EXPECT_EQ(said().gateway6, "");
  EXPECT_THAT(said().routes, ElementsAre(V2Route{"::/0", "fd00::1", std::nullopt}));
}

TEST_F(V2RoutesTest, TheOthersDhcpHasTheDefaultRouteSoAStaticOneYields) {
  plan.default_route = "default";
  add(route("0.0.0.0/0", "192.168.0.2")).metric = 2001;
  EXPECT_THAT(said().routes, IsEmpty());
  expect_told(Severity::kWarning, "192.168.0.2 is left out");
}

TEST_F(V2RoutesTest, TheOthersDhcpBringsNoIpv6SoAStaticOneStays) {
  plan.default_route = "default";
  add(route("::/0", "fd00::1")).metric = 2001;
  add(route("::/0", "fd01::1"), 1).metric = 2002;
  EXPECT_EQ(said(0).gateway6, "fd00::1");
  EXPECT_THAT(diagnostics, IsEmpty());
  EXPECT_EQ(said(1).gateway6, "");
  EXPECT_EQ(diagnostics.size(), 1U);
}

TEST_F(V2RoutesTest, ThePreferredNetworksDefaultRouteStaysWhateverTheMetrics) {
  plan.default_route = "green";
  add(route("0.0.0.0/0", "192.168.0.2"));
  add(route("0.0.0.0/0", "10.1.0.1"), 1).metric = 500;
  EXPECT_THAT(said(0).routes, IsEmpty());
  EXPECT_THAT(said(1).routes, ElementsAre(V2Route{"0.0.0.0/0", "10.1.0.1", 500}));
}

TEST_F(V2RoutesTest, APreferredNetworkThatLearnsItsDefaultRouteNeedsNone) {
  plan.default_route = "green";
  plan.attachments[1].ipv6 = Ipv6Method::kAuto;
  add(route("::/0", "fd00::1"));
  EXPECT_EQ(said(0).gateway6, "");
}

TEST_F(V2RoutesTest, OfTwoDefaultRoutesOfOneNicTheBetterStays) {
  plan.default_route = "blue";
  add(route("0.0.0.0/0", "192.168.0.2")).metric = 200;
  add(route("0.0.0.0/0", "192.168.0.3")).metric = 100;
  EXPECT_THAT(said().routes, ElementsAre(V2Route{"0.0.0.0/0", "192.168.0.3", 100}));
  expect_told(Severity::kWarning, "has a better default route");
}

TEST_F(V2RoutesTest, ARouteOnTheLinkIsNeededOnlyBeyondTheSubnet) {
  add(on_link_route("192.168.0.0/26"));
  add(on_link_route("192.168.0.8/29"));
  EXPECT_THAT(said().routes, IsEmpty());
  EXPECT_THAT(diagnostics, IsEmpty());

  add(on_link_route("192.168.0.0/24"));
  EXPECT_THAT(said().routes, IsEmpty());
  expect_told(Severity::kWarning, "192.168.0.0/24 on the link is left out");
}

TEST_F(V2RoutesTest, AGatewayOutsideTheSubnetsIsAnError) {
  plan.default_route = "blue";
  add(route("0.0.0.0/0", "192.168.0.65"));
  EXPECT_THAT(said().routes, IsEmpty());
  expect_told(Severity::kError, "0.0.0.0/0 via 192.168.0.65 is in none of the subnets");
}

TEST_F(V2RoutesTest, AGatewayIsNotJudgedWhereTheSubnetIsLearnt) {
  plan.default_route = "blue";
  plan.attachments[0].addresses.clear();
  plan.attachments[0].ipv4 = Ipv4Method::kDhcp;
  add(route("10.0.0.0/8", "192.168.0.65"));
  add(route("fd05::/48", "fe80::1"));
  EXPECT_EQ(said().routes.size(), 2U);
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(V2RoutesTest, ARouteOfAnotherTableDoesNotEnterTheMainOne) {
  add(route("0.0.0.0/0", "192.168.0.2")).table = 100;
  EXPECT_THAT(said().routes, IsEmpty());
  expect_told(Severity::kWarning, "belongs to table 100");
}

TEST_F(V2RoutesTest, LostAttributesAreNamed) {
  Route& lossy = add(route("10.0.0.0/8", "192.168.0.3"));
  lossy.mtu = 1400;
  lossy.advmss = 1360;
  lossy.scope = 253;
  lossy.table = 254;
  EXPECT_EQ(said().routes.size(), 1U);
  expect_told(Severity::kWarning, "without its mtu, advmss, scope");
}

}  // namespace
}  // namespace patchbay::cloudinit
