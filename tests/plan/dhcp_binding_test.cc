// NICs bound to patchbay-dhcp: connected, and told nothing but to ask.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/scene.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DhcpBinding : public testing::Test {
 protected:
  DhcpBinding() { scene_.interface("blue").plugin = "patchbay-dhcp"; }

  // On a network whose NAD has "responder".
  void park_with_responder() {
    scene_.park("blue", {IpPrefix::parse("192.168.0.62/26")});
    std::string& alias = scene_.input.pod.links.back().alias;
    Record record = parse_record(alias);
    record.wiring.responder = true;
    alias = to_json(record);
    scene_.park("red", {});
  }

  Scene scene_{{"blue", "red"}};
};

TEST_F(DhcpBinding, TurnsWhatThePodGotIntoDhcpAndSaysThatNobodyAnswers) {
  scene_.park("blue", {IpPrefix::parse("192.168.0.62/26"), IpPrefix::parse("fd00::62/64")},
              {route("0.0.0.0/0", "192.168.0.2")}, {{IpAddress::parse("10.0.0.53")}, {}, {}});
  scene_.park("red", {IpPrefix::parse("10.9.0.62/24")});
  const NetworkPlan plan = scene_.plan();
  const Attachment& blue = plan.attachments.at(0);
  EXPECT_EQ(blue.ipv4, Ipv4Method::kDhcp);
  EXPECT_EQ(blue.ipv6, Ipv6Method::kNone);
  EXPECT_THAT(blue.addresses, IsEmpty());
  EXPECT_THAT(blue.routes, IsEmpty());
  EXPECT_TRUE(blue.dns.empty());
  EXPECT_EQ(plan.attachments.at(1).addresses.size(), 1U) << "red is bound to patchbay";
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_EQ(plan.diagnostics[0].severity, Severity::kWarning);
  EXPECT_EQ(plan.diagnostics[0].network, "blue");
  EXPECT_THAT(plan.diagnostics[0].message, HasSubstr("patchbay serves no address to this NIC"));
  EXPECT_THAT(plan.diagnostics[0].message,
              HasSubstr("nobody tells it 192.168.0.62/26 (record), fd00::62/64 (record)"));
}

TEST_F(DhcpBinding, SaysWhatTheResponderAnswersWith) {
  park_with_responder();
  const NetworkPlan plan = scene_.plan();
  EXPECT_EQ(plan.attachments.at(0).ipv4, Ipv4Method::kDhcp);
  EXPECT_THAT(plan.attachments.at(0).addresses, IsEmpty());
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_EQ(plan.diagnostics[0].severity, Severity::kNote);
  EXPECT_THAT(plan.diagnostics[0].message, HasSubstr("with 192.168.0.62/26 (record)"));
}

TEST_F(DhcpBinding, TheResponderIsToldTheAnnotationsAddresses) {
  park_with_responder();
  scene_.input.vmi.networks_annotation =
      R"({"blue":{"addresses":["192.168.0.70/26","fd00::70/64"],"gateway4":"192.168.0.2"}})";
  const NetworkPlan plan = scene_.plan();
  const Attachment& blue = plan.attachments.at(0);
  EXPECT_EQ(blue.ipv4, Ipv4Method::kDhcp);
  EXPECT_EQ(blue.ipv6, Ipv6Method::kDhcp);
  ASSERT_TRUE(blue.lease);
  ASSERT_EQ(blue.lease->addresses.size(), 2U);
  EXPECT_EQ(blue.lease->addresses[0].prefix, IpPrefix::parse("192.168.0.70/26"));
  EXPECT_EQ(blue.lease->routes, std::vector{route("0.0.0.0/0", "192.168.0.2")});
  EXPECT_THAT(plan.diagnostics.back().message,
              HasSubstr("answered at its port with 192.168.0.70/26 (annotation)"));
  EXPECT_EQ(parse_network_plan(to_json(plan)), plan);
}

TEST_F(DhcpBinding, WhatTheAnnotationLeavesToTheNetworkIsNotAnswered) {
  park_with_responder();
  scene_.input.vmi.networks_annotation = R"({"blue":{"ipv4":"dhcp"}})";
  const Attachment blue = scene_.plan().attachments.at(0);
  ASSERT_TRUE(blue.lease);
  EXPECT_EQ(blue.lease->addresses.size(), 0U);
}

TEST_F(DhcpBinding, IsNotRefusedForAnAddressThatNobodyWouldBeTold) {
  scene_.park("red", {});
  scene_.input.network_status.interfaces = {{.name = "ns1/blue-nad",
                                             .interface = link_names("blue").pod.str(),
                                             .ips = {IpAddress::parse("192.168.0.62")}}};
  const NetworkPlan plan = scene_.plan();
  EXPECT_EQ(plan.attachments.at(0).ipv4, Ipv4Method::kDhcp);
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_EQ(plan.diagnostics[0].severity, Severity::kWarning);
}

TEST_F(DhcpBinding, SaysSoWithoutAddressesToo) {
  scene_.park("blue", {});
  scene_.park("red", {});
  const NetworkPlan plan = scene_.plan();
  EXPECT_EQ(plan.attachments.at(0).ipv4, Ipv4Method::kDhcp);
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_THAT(plan.diagnostics[0].message, Not(HasSubstr("nobody tells")));
  EXPECT_THAT(plan.diagnostics[0].hint, HasSubstr("have a DHCP server on the network"));
}

TEST_F(DhcpBinding, LeavesAGuestAloneThatKeepsItsOwn) {
  scene_.park("blue", {});
  scene_.park("red", {});
  scene_.input.vmi.networks_annotation = R"({"blue":{"ipv4":"none"}})";
  const NetworkPlan plan = scene_.plan();
  EXPECT_EQ(plan.attachments.at(0).ipv4, Ipv4Method::kNone);
  EXPECT_THAT(plan.diagnostics, IsEmpty());
}

TEST_F(DhcpBinding, KeepsWhatTheGuestDoesByItself) {
  scene_.park("blue", {});
  scene_.park("red", {});
  scene_.input.vmi.networks_annotation = R"({"blue":{"ipv6":"auto","mtu":1400}})";
  const Attachment blue = scene_.plan().attachments.at(0);
  EXPECT_EQ(blue.ipv4, Ipv4Method::kDhcp);
  EXPECT_EQ(blue.ipv6, Ipv6Method::kAuto);
  EXPECT_EQ(blue.mtu, 1400U);
}

}  // namespace
}  // namespace patchbay
