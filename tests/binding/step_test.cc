#include "binding/step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binding/steps_for.h"
#include "plan/network_plan.h"
#include "pods.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

TEST(StepsFor, RedirectReadsTopToBottom) {
  std::vector<std::string> printed;
  for (const Step& step : steps_for(attachment())) printed.push_back(to_string(step));
  EXPECT_THAT(
      printed,
      ElementsAre(
          R"(make record pb16477688c0e: {"v":1,"mac":"02:00:00:00:00:62","mtu":1450,"ips":["192.168.0.62/26","fd00::62/64"],"backend":"redirect","why":"veth"})",
          "make tap tap16477688c0e: owner 107, group 107, mtu 1450",
          "redirect pod16477688c0e to tap16477688c0e", "redirect tap16477688c0e to pod16477688c0e",
          "receive all multicast on pod16477688c0e",
          "park the addresses of pod16477688c0e: 192.168.0.62/26, fd00::62/64",
          "set pod16477688c0e up", "set tap16477688c0e up"));
}

TEST(StepsFor, OtherBackendsAreRefusedByName) {
  for (const Backend backend :
       {Backend::kBridge, Backend::kTap, Backend::kMacvtap, Backend::kCore}) {
    Attachment a = attachment();
    a.backend = backend;
    try {
      steps_for(a);
      FAIL() << name(backend);
    } catch (const Error& error) {
      EXPECT_EQ(error.errc(), Errc::kUnsupported);
      EXPECT_THAT(error.message(), HasSubstr("network \"blue\""));
      EXPECT_THAT(error.message(), HasSubstr(std::string(name(backend))));
    }
  }
}

class EachStep : public testing::TestWithParam<size_t> {
 protected:
  void SetUp() override {
    add_nic(kernel);
    for (const Step& step : steps) patchbay::apply(step, kernel);
  }
  const Step& step() const { return steps[GetParam()]; }

  FakeKernel kernel;
  std::vector<Step> steps = steps_for(attachment());
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

INSTANTIATE_TEST_SUITE_P(Redirect, EachStep,
                         testing::Range(size_t{0}, steps_for(attachment()).size()));

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

TEST(Step, RedirectReplacesItsOwnStaleFilter) {
  FakeKernel kernel;
  add_nic(kernel).ingress = Ingress{{IfName()}};
  kernel.add_link(kNames.tap.str(), "tun");
  const Redirect redirect{kNames.pod, kNames.tap};
  EXPECT_THAT(verify(redirect, kernel), ElementsAre(HasSubstr("does not redirect to tap")));
  patchbay::apply(redirect, kernel);
  EXPECT_THAT(verify(redirect, kernel), IsEmpty());
}

}  // namespace
}  // namespace patchbay
