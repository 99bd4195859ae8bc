// Volumes × mixes of bindings: who writes for whom, and what is refused.
#include "plan/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

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
  vmi.firmware_uuid = "5d307ca9-b3ef-428c-8861-06e72d69f203";
  return vmi;
}

struct Row {
  std::vector<std::string> bindings;
  bool volume;
  std::string written;     // "volume", "disc"; empty: nothing
  std::string refused_of;  // the binding whose NICs have no way; empty: none
};

class Matrix : public testing::TestWithParam<Row> {};

TEST_P(Matrix, SaysWhoWritesAndWhatIsRefused) {
  const Row& row = GetParam();
  const NetworkPlan plan = plan_of(row.bindings);
  for (const auto volume :
       row.volume ? std::vector{CloudInitVolume::kNoCloud, CloudInitVolume::kConfigDrive}
                  : std::vector{CloudInitVolume::kNone}) {
    const Vmi vmi = vmi_with(volume);
    EXPECT_EQ(has_written_volume(vmi, plan), row.written == "volume");
    EXPECT_EQ(has_seed_disc(vmi, plan), row.written == "disc");
    const Diagnostics found = delivery_findings(vmi, plan);
    EXPECT_EQ(has_errors(found), !row.refused_of.empty());
    if (row.refused_of.empty()) continue;
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].where, "spec.volumes");
    EXPECT_THAT(found[0].message, HasSubstr("\"on-" + row.refused_of + "\""));
    EXPECT_THAT(found[0].message, Not(HasSubstr("on-patchbay-dhcp")));
  }
}

INSTANTIATE_TEST_SUITE_P(
    VolumesMixes, Matrix,
    testing::Values(Row{{"patchbay"}, true, "volume", ""}, Row{{"patchbay"}, false, "", "patchbay"},
                    Row{{"patchbay-seed"}, true, "", "patchbay-seed"},
                    Row{{"patchbay-seed"}, false, "disc", ""}, Row{{"patchbay-dhcp"}, true, "", ""},
                    Row{{"patchbay-dhcp"}, false, "", ""},
                    Row{{"patchbay", "patchbay-seed"}, true, "volume", ""},
                    Row{{"patchbay", "patchbay-seed"}, false, "disc", "patchbay"},
                    Row{{"patchbay", "patchbay-dhcp"}, true, "volume", ""},
                    Row{{"patchbay", "patchbay-dhcp"}, false, "", "patchbay"},
                    Row{{"patchbay-seed", "patchbay-dhcp"}, true, "", "patchbay-seed"},
                    Row{{"patchbay-seed", "patchbay-dhcp"}, false, "disc", ""},
                    Row{{"patchbay", "patchbay-seed", "patchbay-dhcp"}, true, "volume", ""},
                    Row{{"patchbay", "patchbay-seed", "patchbay-dhcp"}, false, "disc", "patchbay"},
                    Row{{"sriov"}, true, "", ""}, Row{{"sriov"}, false, "", ""},
                    Row{{"sriov", "patchbay"}, true, "volume", ""},
                    Row{{"sriov", "patchbay"}, false, "", "patchbay"},
                    Row{{"sriov", "patchbay-seed"}, true, "", "patchbay-seed"},
                    Row{{"sriov", "patchbay-seed"}, false, "disc", ""},
                    Row{{"sriov", "patchbay-dhcp"}, true, "", ""},
                    Row{{"sriov", "patchbay-dhcp"}, false, "", ""}));

TEST(DeliveryTest, NamesKubeVirtsNicsThatHaveNoWayEither) {
  const Diagnostics found =
      delivery_findings(vmi_with(CloudInitVolume::kNone), plan_of({"sriov", "patchbay"}));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].message, HasSubstr("\"on-sriov\", \"on-patchbay\""));
}

TEST(DeliveryTest, WantsNothingForNicsThatAskForNothing) {
  NetworkPlan plan = plan_of({"sriov", "patchbay", "patchbay-seed"});
  for (Attachment& each : plan.attachments) each.ipv4 = Ipv4Method::kNone;
  for (const auto volume : {CloudInitVolume::kNone, CloudInitVolume::kNoCloud}) {
    EXPECT_THAT(delivery_findings(vmi_with(volume), plan), IsEmpty());
    EXPECT_FALSE(has_seed_disc(vmi_with(volume), plan));
  }
  EXPECT_EQ(networks_in_need(plan), "");
}

TEST(DeliveryTest, WarnsOfWhatNobodyTells) {
  for (const std::vector<std::string>& bindings :
       {std::vector<std::string>{"sriov"}, {"sriov", "patchbay-dhcp"}}) {
    const Diagnostics found =
        delivery_findings(vmi_with(CloudInitVolume::kNoCloud), plan_of(bindings));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].network, "on-sriov");
    EXPECT_EQ(found[0].severity, Severity::kWarning);
  }
  EXPECT_THAT(delivery_findings(vmi_with(CloudInitVolume::kNoCloud),
                                plan_of({"sriov", "patchbay-dhcp", "patchbay"})),
              IsEmpty());
}

TEST(DeliveryTest, WarnsOfASeedDiscWhoseInstanceIdWouldNotStay) {
  Vmi vmi = vmi_with(CloudInitVolume::kNone);
  vmi.firmware_uuid.clear();
  const Diagnostics found = delivery_findings(vmi, plan_of({"patchbay-seed"}));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].where, "spec.domain.firmware.uuid");
  EXPECT_EQ(found[0].severity, Severity::kWarning);
  EXPECT_THAT(delivery_findings(vmi, plan_of({"patchbay-dhcp"})), IsEmpty());
  // A ConfigDrive's is the VM's name.
  NetworkPlan windows = plan_of({"patchbay-seed"});
  windows.guest = Guest::kWindows;
  EXPECT_THAT(delivery_findings(vmi, windows), IsEmpty());
}

}  // namespace
}  // namespace patchbay
