#include "sidecar/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"
#include "plan/make_plan.h"

namespace patchbay::sidecar {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ProfileTest, IsPatchbayUnlessTheImageSaysOtherwise) {
  EXPECT_EQ(find_profile("").name, "patchbay");
  EXPECT_EQ(find_profile("patchbay").name, "patchbay");
  EXPECT_THAT(find_profile("").hook_points,
              ElementsAre("OnDefineDomain", "PreCloudInitIso", "Shutdown"));
}

TEST(ProfileTest, TheOthersLeaveCloudInitAlone) {
  for (const char* name : {"patchbay-seed", "patchbay-dhcp"}) {
    EXPECT_THAT(find_profile(name).hook_points, ElementsAre("OnDefineDomain", "Shutdown"));
  }
}

TEST(ProfileTest, IsABindingNameThatThePlanCallsOurs) {
  for (const char* name : {"", "patchbay-seed", "patchbay-dhcp"}) {
    EXPECT_TRUE(is_our_binding(find_profile(name).name));
  }
}

TEST(ProfileTest, UnknownOneIsRefusedWithTheKnownOnes) {
  try {
    find_profile("pathcbay\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kBadEnvironment);
    EXPECT_EQ(error.where(), "PATCHBAY_PROFILE");
    EXPECT_THAT(error.message(), HasSubstr("\"pathcbay\\x0a\""));
    EXPECT_THAT(error.message(), HasSubstr("it has: patchbay, patchbay-seed, patchbay-dhcp;"));
  }
}

TEST(ProfileTest, WarnsOfARegistrationUnderAnotherName) {
  const Profile& profile = find_profile("");
  EXPECT_EQ(check_registration(profile, ""), std::nullopt);
  EXPECT_EQ(check_registration(profile, "patchbay"), std::nullopt);
  const auto warning = check_registration(profile, "my-net");
  ASSERT_TRUE(warning.has_value());
  EXPECT_EQ(warning->severity, Severity::kWarning);
  EXPECT_THAT(warning->message, HasSubstr("\"my-net\""));
  EXPECT_THAT(warning->hint, HasSubstr("network.binding.patchbay"));
}

}  // namespace
}  // namespace patchbay::sidecar
