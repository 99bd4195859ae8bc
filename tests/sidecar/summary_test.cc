#include "sidecar/summary.h"

#include <gtest/gtest.h>

namespace patchbay::sidecar {
namespace {

TEST(SummaryTest, SaysWhatEachGuestNicGets) {
  NetworkPlan plan;
  EXPECT_EQ(summary(plan), "none");
  Attachment blue;
  blue.network = "blue";
  blue.ipv4 = Ipv4Method::kStatic;
  blue.ipv6 = Ipv6Method::kAuto;
  blue.addresses = {{IpPrefix::parse("192.168.0.62/26"), Source::kAnnotation}};
  Attachment red;
  red.network = "red";
  red.ipv4 = Ipv4Method::kDhcp;
  red.ipv6 = Ipv6Method::kDhcp;
  Attachment bare;
  bare.network = "bare";
  plan.attachments = {blue, red, bare};
  EXPECT_EQ(summary(plan),
            "blue: 192.168.0.62/26 (annotation), SLAAC; red: DHCPv4, DHCPv6; bare: no address");
}

}  // namespace
}  // namespace patchbay::sidecar
