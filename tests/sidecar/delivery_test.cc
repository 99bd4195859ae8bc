// Profiles × volumes × mixes of bindings: who writes for whom, and what is refused.
#include "sidecar/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/sidecar/support.h"

namespace patchbay::sidecar {
namespace {

using testing::HasSubstr;
using testing::Not;

Attachment nic(const std::string& binding) {
  Attachment attachment;
  attachment.network = "on-" + binding;
  attachment.binding = binding;
  attachment.ours = is_our_binding(binding);
  attachment.ipv4 = binding == kDhcpBinding ? Ipv4Method::kDhcp : Ipv4Method::kStatic;
  return attachment;
}

NetworkPlan plan_of(const std::vector<std::string>& bindings) {
  NetworkPlan plan;
  for (const std::string& binding : bindings) plan.attachments.push_back(nic(binding));
  return plan;
}

Vmi vmi_with(CloudInitVolume volume) {
  Vmi vmi;
  vmi.cloud_init = volume;
  return vmi;
}

// What the profile's sidecar says: nothing, or the refusal.
std::optional<std::string> refusal(std::string_view profile, CloudInitVolume volume,
                                   const NetworkPlan& plan) {
  try {
    require_a_way(find_profile(profile), vmi_with(volume), plan);
    return std::nullopt;
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kInvalidInput);
    EXPECT_EQ(error.where(), "spec.volumes");
    return error.message();
  }
}

struct Row {
  std::vector<std::string> bindings;
  bool volume;
  bool seed_disc;
  std::string
      refused_by;  // the one profile that refuses; empty: none does. A Plugin's asks of any VM
};

class Matrix : public testing::TestWithParam<Row> {};

TEST_P(Matrix, IsAnsweredByEachProfile) {
  const Row& row = GetParam();
  const NetworkPlan plan = plan_of(row.bindings);
  for (const auto volume :
       row.volume ? std::vector{CloudInitVolume::kNoCloud, CloudInitVolume::kConfigDrive}
                  : std::vector{CloudInitVolume::kNone}) {
    EXPECT_EQ(has_seed_disc(vmi_with(volume), plan), row.seed_disc);
    for (const std::string profile : {"patchbay", "patchbay-seed", "patchbay-dhcp"}) {
      const auto said = refusal(profile, volume, plan);
      EXPECT_EQ(said.has_value(), profile == row.refused_by)
          << profile << ": " << said.value_or("");
      if (!said) continue;
      EXPECT_THAT(*said, HasSubstr("\"on-" + profile + "\""));
      EXPECT_THAT(*said, Not(HasSubstr("on-patchbay-dhcp")));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    ProfilesVolumesMixes, Matrix,
    testing::Values(Row{{"patchbay"}, true, false, ""}, Row{{"patchbay"}, false, false, "patchbay"},
                    Row{{"patchbay-seed"}, true, false, "patchbay-seed"},
                    Row{{"patchbay-seed"}, false, true, ""},
                    Row{{"patchbay-dhcp"}, true, false, ""},
                    Row{{"patchbay-dhcp"}, false, false, ""},
                    Row{{"patchbay", "patchbay-seed"}, true, false, ""},
                    Row{{"patchbay", "patchbay-seed"}, false, true, "patchbay"},
                    Row{{"patchbay", "patchbay-dhcp"}, true, false, ""},
                    Row{{"patchbay", "patchbay-dhcp"}, false, false, "patchbay"},
                    Row{{"patchbay-seed", "patchbay-dhcp"}, true, false, "patchbay-seed"},
                    Row{{"patchbay-seed", "patchbay-dhcp"}, false, true, ""},
                    Row{{"patchbay", "patchbay-seed", "patchbay-dhcp"}, true, false, ""},
                    Row{{"patchbay", "patchbay-seed", "patchbay-dhcp"}, false, true, "patchbay"},
                    Row{{"sriov", "patchbay-seed"}, false, true, ""},
                    Row{{"sriov", "patchbay-dhcp"}, true, false, ""},
                    Row{{"sriov", "patchbay-dhcp"}, false, false, ""},
                    Row{{"sriov", "patchbay"}, true, false, ""}));

TEST(DeliveryTest, NamesKubeVirtsNicsThatHaveNoWayEither) {
  const NetworkPlan plan = plan_of({"sriov", "patchbay"});
  EXPECT_THAT(*refusal("patchbay", CloudInitVolume::kNone, plan),
              HasSubstr("\"on-sriov\", \"on-patchbay\""));
}

TEST(DeliveryTest, WantsNothingForNicsThatAskForNothing) {
  NetworkPlan plan = plan_of({"patchbay", "patchbay-seed"});
  for (Attachment& each : plan.attachments) each.ipv4 = Ipv4Method::kNone;
  EXPECT_FALSE(refusal("patchbay", CloudInitVolume::kNone, plan));
  EXPECT_FALSE(has_seed_disc(vmi_with(CloudInitVolume::kNone), plan));
  EXPECT_EQ(networks_in_need(plan), "");
  EXPECT_NO_THROW(require_earlier_cloud_init_call(plan));
  EXPECT_NO_THROW(require_hook_sidecar(plan));
}

TEST(DeliveryTest, APluginAloneServesNoCloudInitVolume) {
  const Error error = error_of([] {
    require_hook_sidecar(plan_of({"patchbay", "patchbay-dhcp"}));
  });
  EXPECT_EQ(error.errc(), Errc::kConflict);
  EXPECT_THAT(error.message(), HasSubstr("addresses of \"on-patchbay\" have no way"));
  EXPECT_THAT(error.message(), HasSubstr("patchbay-seed, which a Plugin serves whole"));
  EXPECT_NO_THROW(require_hook_sidecar(plan_of({"patchbay-dhcp"})));
  EXPECT_NO_THROW(require_hook_sidecar(plan_of({"sriov", "patchbay-dhcp"})));
}

TEST(DeliveryTest, TheDhcpProfileSaysWhatNobodyTells) {
  const Diagnostics found = untold(plan_of({"sriov", "patchbay-dhcp"}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].network, "on-sriov");
  EXPECT_EQ(found[0].severity, Severity::kWarning);
  EXPECT_TRUE(untold(plan_of({"sriov", "patchbay-dhcp", "patchbay"})).empty());
}

}  // namespace
}  // namespace patchbay::sidecar
