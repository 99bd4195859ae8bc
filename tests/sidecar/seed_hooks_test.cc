// Profile patchbay-seed, on KubeVirt's own VMI and domains, its cloud-init volume taken away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "plan/error.h"
#include "tests/sidecar/hooks_case.h"

namespace patchbay::sidecar {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kSeedScenario[] = "01-masq-plus-one";
constexpr char kPath[] = "/var/run/kubevirt-hooks/hook-sidecar-0/patchbay-seed/seed.iso";

class SeedHooksTest : public testing::Test {
 protected:
  Hooks make_hooks(std::string_view profile = "patchbay-seed",
                   const PodState& pod = pod_with("data"), const std::string& path = kPath) {
    HookSources sources = sources_of(pod, log_);
    sources.write_seed = [this, path](std::string_view image) {
      const bool changed = images_.empty() || images_.back() != image;
      images_.emplace_back(image);
      return WrittenSeed{path, changed};
    };
    return {find_profile(profile), sources};
  }

  static std::string domain(const std::string& pass = "domain.xml") {
    return read_fixture(kSeedScenario, pass);
  }

  LogBook log_;
  std::vector<std::string> images_;
  std::string vmi_ =
      replaced(read_fixture(kSeedScenario, "vmi.json"), R"("binding":{"name":"patchbay"})",
               R"("binding":{"name":"patchbay-seed"})");
};

TEST_F(SeedHooksTest, AddsADiscWithTheAddresses) {
  Hooks hooks = make_hooks();
  const std::string answer = hooks.on_define_domain(domain(), vmi_);
  EXPECT_THAT(answer, HasSubstr(kPath));
  EXPECT_THAT(answer, HasSubstr("ua-patchbay_seed"));
  EXPECT_THAT(answer, HasSubstr("02:00:00:00:00:62")) << "the interface is completed, too";
  ASSERT_THAT(images_, SizeIs(1));
  EXPECT_THAT(images_[0], AllOf(HasSubstr("192.168.0.62/26"), HasSubstr("02:00:00:00:00:62"),
                                HasSubstr("0a:58:0a:f4:01:05"), HasSubstr("#cloud-config\n")))
      << "with the pod network's DHCP";
}

TEST_F(SeedHooksTest, NamesTheGuestAsKubeVirtDoes) {
  Hooks hooks = make_hooks();
  hooks.on_define_domain(domain(), vmi_);
  const std::string uuid =
      ordered_json::parse(vmi_)["spec"]["domain"]["firmware"]["uuid"].get<std::string>();
  EXPECT_THAT(images_[0], HasSubstr(R"({"instance-id":")" + uuid +
                                    R"(","local-hostname":"vm-01-masq-plus-one"})"));
  hooks.on_define_domain(domain(),
                         replaced(vmi_, R"("spec":{)", R"("spec":{"hostname":"chosen",)"));
  EXPECT_THAT(images_[1], HasSubstr(R"("local-hostname":"chosen"})"));
}

TEST_F(SeedHooksTest, AnswersAllPassesAndTheTargetOfAMigrationAlike) {
  Hooks source = make_hooks();
  const std::string first = source.on_define_domain(domain("domain.pass1-placeholders.xml"), vmi_);
  const std::string second = source.on_define_domain(domain("domain.pass2.xml"), vmi_);
  EXPECT_EQ(source.on_define_domain(first, vmi_), first);
  EXPECT_EQ(source.on_define_domain(second, vmi_), second);
  const auto disc = [](const std::string& xml) {
    const size_t begin = xml.rfind("<disk", xml.find(kPath));
    return xml.substr(begin, xml.find("</disk>", begin) - begin);
  };
  EXPECT_EQ(disc(first), disc(second));
  Hooks target = make_hooks();
  EXPECT_EQ(target.on_define_domain(domain("domain.pass2.xml"), vmi_), second);
  EXPECT_THAT(images_, SizeIs(5));
  EXPECT_THAT(images_, Each(images_[0]));
}

TEST_F(SeedHooksTest, ThePluginLeavesTheDiscOfTheHookSidecarBesideIt) {
  const std::string asked = make_hooks().on_define_domain(domain(), vmi_);
  Hooks plugin = make_hooks("patchbay-seed", pod_with("data"),
                            "/var/run/kubevirt-plugin/patchbay/patchbay-seed/seed.iso");
  EXPECT_EQ(plugin.mutate_domain("libvirt", asked, vmi_), asked);
  EXPECT_THAT(images_, SizeIs(2)) << "which is written by both";
  const std::string alone = plugin.mutate_domain("libvirt", domain(), vmi_);
  EXPECT_THAT(alone, HasSubstr("/var/run/kubevirt-plugin/"));
  EXPECT_EQ(error_of([&] { make_hooks().on_define_domain(alone, vmi_); }).errc(), Errc::kConflict)
      << "no Plugin is asked before";
}

TEST_F(SeedHooksTest, LogsTheDiscOnceWithItsVm) {
  Hooks hooks = make_hooks();
  hooks.on_define_domain(hooks.on_define_domain(domain(), vmi_), vmi_);
  EXPECT_EQ(log_.count("seed disc written"), 1U);
  EXPECT_THAT(log_.text(), HasSubstr(R"("msg":"seed disc written","hook":"OnDefineDomain",)"
                                     R"("vmi":"default/vm-01-masq-plus-one","file":")" +
                                     std::string(kPath) + R"(","bytes":")" +
                                     std::to_string(images_.at(0).size()) + "\""));
}

// On a migration's target this sidecar's container may have the name that the XML has.
TEST_F(SeedHooksTest, IsWrittenByEverySidecarAndAddedByOne) {
  const std::string vmi = with_other_nic(vmi_, "patchbay-dhcp");
  const PodState pod = pod_with_other_nic();
  const std::string first = make_hooks("patchbay-seed", pod).on_define_domain(domain(), vmi);
  const std::string second = make_hooks("patchbay-dhcp", pod).on_define_domain(first, vmi);
  const std::string alone = make_hooks("patchbay-dhcp", pod).on_define_domain(domain(), vmi);
  EXPECT_THAT(second, AllOf(HasSubstr("ua-patchbay_seed"), HasSubstr("02:00:00:00:00:63")));
  EXPECT_THAT(alone, Not(HasSubstr("ua-patchbay_seed")));
  ASSERT_THAT(images_, SizeIs(3));
  EXPECT_THAT(images_, Each(AllOf(images_[0], HasSubstr("02:00:00:00:00:63"))));
}

TEST_F(SeedHooksTest, RefusesACloudInitVolumeAndNamesBindingPatchbay) {
  const std::string scenario = "12-nocloud-userdata";
  Hooks hooks = make_hooks();
  const std::string vmi =
      replaced(read_fixture(scenario, "vmi.json"), R"("binding":{"name":"patchbay"})",
               R"("binding":{"name":"patchbay-seed"})");
  const Error error =
      error_of([&] { hooks.on_define_domain(read_fixture(scenario, "domain.xml"), vmi); });
  EXPECT_EQ(error.errc(), Errc::kInvalidInput);
  EXPECT_THAT(error.message(), StartsWith("spec.volumes: "));
  EXPECT_THAT(error.message(), HasSubstr("use binding patchbay,"));
  EXPECT_THAT(error.message(), HasSubstr("\"data\""));
  EXPECT_THAT(images_, IsEmpty());
}

TEST_F(SeedHooksTest, MakesNoDiscWhereThereIsNothingToTell) {
  Record record = example_record();
  record.ips.clear();
  record.routes.clear();
  const std::string vmi = replaced(vmi_, R"("annotations":{)",
                                   R"("annotations":{"patchbay.io/networks":"{\"data\":)"
                                   R"({\"ipv4\":\"none\",\"ipv6\":\"none\"}}",)");
  const std::string answer =
      make_hooks("patchbay-seed", pod_with("data", record)).on_define_domain(domain(), vmi);
  EXPECT_THAT(answer, Not(HasSubstr("ua-patchbay_seed")));
  EXPECT_THAT(answer, HasSubstr("02:00:00:00:00:62"));
  EXPECT_THAT(images_, IsEmpty());
}

TEST_F(SeedHooksTest, LeavesAVmiOfOtherBindingsByteForByte) {
  const std::string vmi = replaced(vmi_, R"("binding":{"name":"patchbay-seed"})", R"("bridge":{})");
  EXPECT_EQ(make_hooks("patchbay-seed", PodState{}).on_define_domain(domain(), vmi), domain());
  EXPECT_THAT(images_, IsEmpty());
}

// As cloudbase-init looks for one: label, folder, and the NICs in its form of network_data.json.
TEST_F(SeedHooksTest, IsAConfigDriveOnSataForAWindowsGuest) {
  const std::string vmi =
      replaced(vmi_, R"("annotations":{)", R"("annotations":{"patchbay.io/guest":"windows",)");
  Hooks hooks = make_hooks();
  EXPECT_THAT(hooks.on_define_domain(domain(), vmi), HasSubstr("bus=\"sata\" dev=\"sdzz\""));
  ASSERT_THAT(images_, SizeIs(1));
  EXPECT_THAT(images_[0],
              AllOf(HasSubstr("config-2"), HasSubstr("network_data.json"),
                    HasSubstr(R"("ip_address": "192.168.0.62")"), Not(HasSubstr("cidata"))));
}

}  // namespace
}  // namespace patchbay::sidecar
