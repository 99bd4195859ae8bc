#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binding/step.h"
#include "binding/vlan_filter.h"
#include "plan/error.h"
#include "pods.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<VlanRange> kIds{{42, 42}, {100, 199}};
const Redirect kTrunk{kNames.pod, kNames.tap, kIds};
const RedirectAll kToTap{kNames.tap};
const JudgeFrames kJudge{trunk_program(kIds)};
const JudgeFrames kOtherJudge{trunk_program({{7, 7}})};

class RedirectStep : public testing::Test {
 protected:
  RedirectStep() {
    add_nic(kernel);
    kernel.add_link(kNames.tap.str(), "tun");
  }
  std::optional<Ingress>& ingress() { return kernel.links.at(kNames.pod).ingress; }

  FakeKernel kernel;
};

TEST_F(RedirectStep, ATrunkIsJudgedBeforeTheRedirect) {
  patchbay::apply(kTrunk, kernel);
  EXPECT_EQ(ingress(), (Ingress{{kJudge, kToTap}}));
  EXPECT_THAT(verify(kTrunk, kernel), IsEmpty());
  patchbay::undo(kTrunk, kernel);
  EXPECT_FALSE(ingress());
}

TEST_F(RedirectStep, VerifyNoticesEveryOtherState) {
  for (const std::optional<Ingress>& other : {
           std::optional<Ingress>(),
           std::optional(Ingress{}),
           std::optional(Ingress{{kToTap}}),
           std::optional(Ingress{{kJudge}}),
           std::optional(Ingress{{kToTap, kJudge}}),
           std::optional(Ingress{{kOtherJudge, kToTap}}),
           std::optional(Ingress{{kJudge, RedirectAll{kNames.pod}}}),
           std::optional(Ingress{{kJudge, RedirectAll{}}}),
           std::optional(Ingress{{ForeignFilter{}, kJudge, kToTap}}),
           std::optional(Ingress{{kJudge, kToTap, ForeignFilter{}}}),
       }) {
    ingress() = other;
    EXPECT_THAT(verify(kTrunk, kernel), ElementsAre(HasSubstr("link pod16477688c0e: expected")));
  }
  ingress() = Ingress{{kOtherJudge, ForeignFilter{}}};
  EXPECT_THAT(verify(kTrunk, kernel),
              ElementsAre(HasSubstr("found a filter of 15 instructions, then somebody else's")));
}

TEST_F(RedirectStep, AnotherTrunkOfOursIsReplaced) {
  for (const Ingress& earlier : {Ingress{{kOtherJudge, kToTap}}, Ingress{{kJudge}},
                                 Ingress{{kToTap}}, Ingress{{kJudge, RedirectAll{}}}}) {
    ingress() = earlier;
    patchbay::apply(kTrunk, kernel);
    EXPECT_EQ(ingress(), (Ingress{{kJudge, kToTap}}));
    ingress() = earlier;
    patchbay::undo(kTrunk, kernel);
    EXPECT_FALSE(ingress());
  }
}

TEST_F(RedirectStep, FiltersOfOthersAreRefusedAndLeft) {
  for (const Ingress& other :
       {Ingress{{kJudge, kToTap, ForeignFilter{}}}, Ingress{{RedirectAll{kNames.record}}}}) {
    ingress() = other;
    EXPECT_THROW(patchbay::apply(kTrunk, kernel), Error);
    patchbay::undo(kTrunk, kernel);
    EXPECT_EQ(ingress(), other);
  }
}

TEST_F(RedirectStep, ReadsAsAPersonWouldSayIt) {
  EXPECT_EQ(to_string(kTrunk),
            "redirect pod16477688c0e to tap16477688c0e, of tagged frames VLAN 42, 100-199");
}

}  // namespace
}  // namespace patchbay
