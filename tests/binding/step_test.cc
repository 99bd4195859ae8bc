#include "binding/step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binding/steps_for.h"
#include "plan/network_plan.h"
#include "pods.h"

namespace patchbay {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Attachment attachment() {
  Attachment a;
  a.network = kNetwork;
  a.ours = true;
  a.pod_interface = kNames.pod;
  a.tap = kNames.tap;
  a.backend_reason = "veth";
  a.mac = Mac::parse("02:00:00:00:00:62");
  a.mtu = 1450;
  a.addresses = {{IpPrefix::parse("192.168.0.62/26")}, {IpPrefix::parse("fd00::62/64")}};
  return a;
}

std::vector<std::string> printed_steps(const Attachment& a, const std::string& context = "") {
  std::vector<std::string> printed;
  for (const Step& step : steps_for(a, context)) printed.push_back(to_string(step));
  return printed;
}

TEST(StepsFor, RedirectReadsTopToBottom) {
  EXPECT_THAT(
      printed_steps(attachment()),
      ElementsAre(
          R"(make record pb16477688c0e: {"v":1,"mac":"02:00:00:00:00:62","mtu":1450,"ips":["192.168.0.62/26","fd00::62/64"],"backend":"redirect","why":"veth"})",
          "make tap tap16477688c0e: owner 107, group 107, mtu 1450",
          "redirect pod16477688c0e to tap16477688c0e", "redirect tap16477688c0e to pod16477688c0e",
          "receive all multicast on pod16477688c0e",
          "park the addresses of pod16477688c0e: 192.168.0.62/26, fd00::62/64",
          "set pod16477688c0e up", "set tap16477688c0e up"));
}

TEST(StepsFor, WhatIsLentGetsAListenerInsteadOfAFlag) {
  Attachment a = attachment();
  a.wiring.lent = true;
  const auto printed = printed_steps(a);
  EXPECT_THAT(printed, Contains("receive all multicast on pod16477688c0e by all16477688c0e"));
  EXPECT_THAT(printed, Not(Contains("receive all multicast on pod16477688c0e")));
}

TEST(StepsFor, BridgeReadsTopToBottom) {
  Attachment a = attachment();
  a.backend = Backend::kBridge;
  a.wiring = {.multi_queue = true, .lro = true};
  std::vector<std::string> printed;
  for (const Step& step : steps_for(a, "u:r:t:s0")) printed.push_back(to_string(step));
  EXPECT_THAT(
      printed,
      ElementsAre(HasSubstr("\"backend\":\"bridge\""),
                  "make tap tap16477688c0e: owner 107, group 107, mtu 1450, multi_queue, "
                  "context u:r:t:s0",
                  "make bridge k6t-16477688c0e", "turn large receive offload of pod16477688c0e off",
                  "park the addresses of pod16477688c0e: 192.168.0.62/26, fd00::62/64",
                  "replace the MAC of pod16477688c0e: 02:00:00:00:00:62 by 42:00:00:00:00:62",
                  "put pod16477688c0e into k6t-16477688c0e",
                  "put tap16477688c0e into k6t-16477688c0e", "set pod16477688c0e up",
                  "set tap16477688c0e up", "set k6t-16477688c0e up"));
}

TEST(StepsFor, WhatThePluginMadeIsLeftAsItIs) {
  Attachment a = attachment();
  const std::string park = "park the addresses of pod16477688c0e: 192.168.0.62/26, fd00::62/64";
  a.backend = Backend::kTap;
  EXPECT_THAT(printed_steps(a),
              ElementsAre(HasSubstr("make record"), park, "set pod16477688c0e up"));
  a.backend = Backend::kMacvtap;
  EXPECT_THAT(printed_steps(a),
              ElementsAre(HasSubstr("make record"), "receive all multicast on pod16477688c0e", park,
                          "set pod16477688c0e up"));
  a.backend = Backend::kCore;
  EXPECT_THAT(printed_steps(a), ElementsAre(HasSubstr("make record")));
}

Attachment redirect_with_everything() {
  Attachment a = attachment();
  a.wiring = {.multi_queue = true, .keeps_addresses = true, .lro = true, .trunk = {{42, 42}}};
  return a;
}

Attachment redirect_of_what_is_lent() {
  Attachment a = attachment();
  a.wiring.lent = true;
  return a;
}

Attachment bridge_with_everything() {
  Attachment a = attachment();
  a.backend = Backend::kBridge;
  a.wiring.lro = true;
  a.wiring.guard = Guard::kFull;
  a.wiring.responder = true;
  return a;
}

class EachStep : public testing::TestWithParam<std::pair<std::vector<Step>, size_t>> {
 protected:
  void SetUp() override {
    add_nic(kernel).lro = true;
    for (const Step& each : GetParam().first) patchbay::apply(each, kernel);
  }
  const Step& step() const { return GetParam().first[GetParam().second]; }

  FakeKernel kernel;
};

TEST_P(EachStep, VerifiesOnceAppliedAndNotOnceUndone) {
  EXPECT_THAT(verify(step(), kernel), IsEmpty());
  undo(step(), kernel);
  EXPECT_THAT(verify(step(), kernel), testing::Not(IsEmpty())) << to_string(step());
}

TEST_P(EachStep, AppliedAndUndoneTwiceIsOnce) {
  auto before = kernel.links;
  patchbay::apply(step(), kernel);
  EXPECT_TRUE(kernel.links == before);
  undo(step(), kernel);
  before = kernel.links;
  undo(step(), kernel);
  EXPECT_TRUE(kernel.links == before);
}

TEST_P(EachStep, UndoOnAnEmptyNamespaceIsDone) {
  kernel.links.clear();
  undo(step(), kernel);
  EXPECT_TRUE(kernel.links.empty());
  EXPECT_THAT(verify(step(), kernel), testing::Not(IsEmpty()));
}

std::vector<std::pair<std::vector<Step>, size_t>> each_of(const Attachment& attachment) {
  const std::vector<Step> steps = steps_for(attachment);
  std::vector<std::pair<std::vector<Step>, size_t>> each;
  for (size_t n = 0; n < steps.size(); ++n) each.emplace_back(steps, n);
  return each;
}

INSTANTIATE_TEST_SUITE_P(Redirect, EachStep, testing::ValuesIn(each_of(attachment())));
INSTANTIATE_TEST_SUITE_P(RedirectWithEverything, EachStep,
                         testing::ValuesIn(each_of(redirect_with_everything())));
INSTANTIATE_TEST_SUITE_P(RedirectOfWhatIsLent, EachStep,
                         testing::ValuesIn(each_of(redirect_of_what_is_lent())));
INSTANTIATE_TEST_SUITE_P(Bridge, EachStep, testing::ValuesIn(each_of(bridge_with_everything())));

TEST(Step, RecordTakesAwayWhatContinuedAnOlderOne) {
  FakeKernel kernel;
  const MakeRecord longer{kNames.record, {"one", "two", "three"}};
  const MakeRecord shorter{kNames.record, {"four"}};
  patchbay::apply(longer, kernel);
  EXPECT_EQ(kernel.links.size(), 3u);
  EXPECT_THAT(verify(shorter, kernel),
              ElementsAre(HasSubstr("expected alias \"four\", found \"one\""),
                          "link pb16477688c0ea continues the record"));
  patchbay::apply(shorter, kernel);
  EXPECT_EQ(kernel.links.size(), 1u);
  EXPECT_THAT(verify(shorter, kernel), IsEmpty());
}

TEST(Step, RecordIsWholeOrGone) {
  const MakeRecord record{kNames.record, {"one", "two", "three"}};
  for (int failing = 1;; ++failing) {
    FakeKernel kernel;
    patchbay::apply(record, kernel);
    const auto before = kernel.links;
    kernel.fail_at = kernel.calls + failing;
    try {
      undo(record, kernel);
      EXPECT_THAT(kernel.links, IsEmpty());
      break;
    } catch (const Error&) {
      EXPECT_TRUE(kernel.links == before) << "call " << failing;
    }
  }
}

TEST(Step, RedirectReplacesItsOwnStaleFilter) {
  FakeKernel kernel;
  add_nic(kernel).ingress = Ingress{{RedirectAll{}}};
  kernel.add_link(kNames.tap.str(), "tun");
  const Redirect redirect{kNames.pod, kNames.tap};
  EXPECT_THAT(verify(redirect, kernel),
              ElementsAre(HasSubstr("found a redirect to a link that is gone")));
  patchbay::apply(redirect, kernel);
  EXPECT_THAT(verify(redirect, kernel), IsEmpty());
}

TEST(Step, AnIngressWithoutFiltersIsOfThePortThatWasAskedFor) {
  FakeKernel kernel;
  add_nic(kernel, "tun").ingress = Ingress{};
  FilterPort step{.link = kNames.pod, .takes_empty = false};
  undo(step, kernel);
  EXPECT_TRUE(kernel.links.at(kNames.pod).ingress);
  step.takes_empty = true;
  undo(step, kernel);
  EXPECT_FALSE(kernel.links.at(kNames.pod).ingress);
}

TEST(Step, ListenerIsSetRightWhereItIsAndMadeAnewWhereItsDeviceHasGone) {
  FakeKernel kernel;
  add_nic(kernel, "");
  const MakeListener listener{kNames.listener, kNames.pod};
  patchbay::apply(listener, kernel);
  const auto whole = kernel.links;
  kernel.change_link(kNames.listener, {.all_multicast = false, .no_arp = false, .up = false});
  EXPECT_THAT(verify(listener, kernel),
              ElementsAre(HasSubstr("all-multicast on, found off"), HasSubstr("ARP off, found on"),
                          HasSubstr("state up, found down")));
  patchbay::apply(listener, kernel);
  EXPECT_TRUE(kernel.links == whole);
  kernel.links.at(kNames.listener).state.lower = IfName();
  EXPECT_THAT(verify(listener, kernel),
              ElementsAre(HasSubstr("under it pod16477688c0e, found nothing")));
  patchbay::apply(listener, kernel);
  EXPECT_TRUE(kernel.links == whole);
  kernel.links.at(kNames.listener).state.kind = "veth";
  EXPECT_THROW(patchbay::apply(listener, kernel), Error);
}

TEST(Step, ParkTakesNoFlagFromWhatTheHostHasLent) {
  for (const auto& [kind, alias, multicast] :
       {std::tuple{"veth", "", false}, {"", "", true}, {"vlan", "eth2.100", true}}) {
    FakeKernel kernel;
    add_nic(kernel, kind).state.alias = alias;
    patchbay::apply(Park{kNames.pod, {}}, kernel);
    EXPECT_EQ(kernel.links.at(kNames.pod).state.multicast, multicast) << kind;
    EXPECT_THAT(verify(Park{kNames.pod, {}}, kernel), IsEmpty());
  }
}

}  // namespace
}  // namespace patchbay
