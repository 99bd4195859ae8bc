// What runs in the VM: what the user says, else what the VMI's labels and annotations let one know.
#include "plan/guest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/vmi.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Guest guest_of(const GuestHints& hints) {
  Diagnostics diagnostics;
  const Guest guest = patchbay::guest_of(hints, diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty());
  return guest;
}

GuestHints hints_of(const std::string& metadata) {
  return parse_vmi(R"({"metadata": )" + metadata + R"(, "spec": {"domain": {}}})").guest;
}

TEST(Guest, IsLinuxWhereNothingIsSaid) {
  EXPECT_EQ(guest_of({}), Guest::kLinux);
  EXPECT_EQ(guest_of({"", {"rhel9.4", "darwin"}, {}}), Guest::kLinux);
}

TEST(Guest, IsWindowsOrNetplanByWhatTheSystemIsCalled) {
  EXPECT_EQ(guest_of({"", {"win2k22"}, {}}), Guest::kWindows);
  EXPECT_EQ(guest_of({"", {"Windows"}, {}}), Guest::kWindows);
  EXPECT_EQ(guest_of({"", {"ubuntu22.04"}, {}}), Guest::kNetplan);
}

TEST(Guest, TheAnnotationIsStronger) {
  EXPECT_EQ(guest_of({"linux", {"win2k22"}, {}}), Guest::kLinux);
  for (const Guest guest :
       {Guest::kLinux, Guest::kNetplan, Guest::kNetworkd, Guest::kNetworkManager, Guest::kSysconfig,
        Guest::kEni, Guest::kWindows}) {
    EXPECT_EQ(guest_of({std::string(name(guest)), {}, {}}), guest);
  }
}

TEST(Guest, AnUnknownAnnotationIsAnErrorWithAGuess) {
  Diagnostics diagnostics;
  patchbay::guest_of({"window", {}, {}}, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].severity, Severity::kError);
  EXPECT_THAT(to_string(diagnostics[0]), HasSubstr("did you mean \"windows\"?"));
}

TEST(Guest, AChangedAddressIsAppliedUnlessTheAnnotationSaysOtherwise) {
  Diagnostics diagnostics;
  EXPECT_TRUE(applied_at_each_boot({}, diagnostics));
  EXPECT_TRUE(applied_at_each_boot({"", {}, "boot"}, diagnostics));
  EXPECT_FALSE(applied_at_each_boot(
      hints_of(R"({"annotations": {"patchbay.io/apply": "first-boot"}})"), diagnostics));
  EXPECT_THAT(diagnostics, IsEmpty());
  applied_at_each_boot({"", {}, "never"}, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_THAT(to_string(diagnostics[0]), HasSubstr("expected boot or first-boot"));
}

TEST(Guest, HintsAreInLabelsAndAnnotations) {
  EXPECT_EQ(guest_of(hints_of(R"({"annotations": {"vm.kubevirt.io/os": "windows2k19"}})")),
            Guest::kWindows);
  EXPECT_EQ(guest_of(hints_of(R"({"labels": {"os.template.kubevirt.io/win11": "true"}})")),
            Guest::kWindows);
  EXPECT_EQ(guest_of(hints_of(R"({"labels": {"kubevirt.io/os": "ubuntu"}})")), Guest::kNetplan);
  EXPECT_EQ(
      guest_of(hints_of(
          R"({"annotations": {"kubevirt.io/cluster-preference-name": "windows.11.virtio"}})")),
      Guest::kWindows);
  EXPECT_EQ(guest_of(hints_of(R"({"annotations": {"patchbay.io/guest": "eni"},
                                  "labels": {"os.template.kubevirt.io/win11": "true"}})")),
            Guest::kEni);
}

}  // namespace
}  // namespace patchbay
