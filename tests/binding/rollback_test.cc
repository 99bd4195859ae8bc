// What the guard of an ADD puts back, and what it leaves to whoever took it away.
#include "binding/rollback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pods.h"

namespace patchbay {
namespace {

using testing::HasSubstr;

TEST(Rollback, MakesNoLinkInPlaceOfAnInterfaceThatSomebodyElseDeleted) {
  FakeKernel kernel;
  add_nic(kernel);
  Diagnostics failures;
  {
    const Rollback rollback(kernel, {kNames.pod}, failures);
    kernel.links.erase(kNames.pod);
  }
  EXPECT_TRUE(kernel.links.empty());
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures.front().where, kNames.pod.str());
  EXPECT_THAT(failures.front().message, HasSubstr("somebody else deleted it"));
}

TEST(Rollback, MakesARecordLinkAgain) {
  FakeKernel kernel;
  kernel.add_link(kNames.record.str(), "dummy").state.alias = "older";
  const FakeKernel::Links before = kernel.links;
  Diagnostics failures;
  {
    const Rollback rollback(kernel, {kNames.record}, failures);
    kernel.links.erase(kNames.record);
  }
  EXPECT_TRUE(kernel.links == before);
  EXPECT_TRUE(failures.empty());
}

TEST(Rollback, SaysThatSomebodyDeletesTheRecordLinkAgain) {
  struct : FakeKernel {
    void make_dummy(const IfName&) override {}
  } kernel;
  kernel.add_link(kNames.record.str(), "dummy").state.alias = "older";
  Diagnostics failures;
  {
    const Rollback rollback(kernel, {kNames.record}, failures);
    kernel.links.erase(kNames.record);
  }
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_THAT(failures.front().message, HasSubstr("somebody else deleted it"));
}

}  // namespace
}  // namespace patchbay
