// What hooks do about files that the kubelet brings late: network-info and network-status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"
#include "tests/sidecar/hooks_case.h"

namespace patchbay::sidecar {
namespace {

using testing::HasSubstr;

class NetworkStatusTest : public HooksTest {
 protected:
  // A pod of a tap plugin: no record, no address. The file as in NetworkInfoTest.
  Hooks make_hooks_with(const std::vector<std::optional<std::string>>& texts) {
    PodState pod = pod_with("data");
    std::erase_if(pod.links, [](const PodLink& link) { return link.name.str().starts_with("pb"); });
    HookSources sources = sources_of(pod, log_);
    sources.network_status = [this, texts] { return texts[std::min(looks_++, texts.size() - 1)]; };
    sources.sleep = [this](std::chrono::milliseconds time) { slept_ += time; };
    return {find_profile("patchbay"), sources};
  }

  static std::string status(const std::string& more) {
    return R"([{"name":"default/nad-data","interface":"pod3a6eb0790f3")" + more + "}]";
  }

  size_t looks_ = 0;
  std::chrono::milliseconds slept_{0};
};

TEST_F(NetworkStatusTest, IsWaitedForWhereNothingElseSaysTheAddresses) {
  Hooks hooks = make_hooks_with({"", R"([{"name":"cluster","interface":"eth0"}])", status("")});
  hooks.pre_cloud_init_iso(input_.texts, input_.vmi);
  EXPECT_EQ(looks_, 3U);
  EXPECT_THAT(log_.text(), HasSubstr("data: DHCPv4"));
}

TEST_F(NetworkStatusTest, IsWaitedForThreeSecondsInAllAndThenRefusedToBeTriedAgain) {
  Hooks hooks = make_hooks_with({""});
  for (int call = 0; call < 3; ++call) {
    const Error error = error_of([&] { hooks.pre_cloud_init_iso(input_.texts, input_.vmi); });
    EXPECT_EQ(error.errc(), Errc::kTryAgain);
    EXPECT_EQ(error.where(), "network-status");
    EXPECT_THAT(error.message(), HasSubstr("on data,"));
    EXPECT_EQ(slept_.count(), 3000);
  }
}

TEST_F(NetworkStatusTest, IsNotWaitedForWhereItIsNotMounted) {
  make_hooks_with({std::nullopt}).pre_cloud_init_iso(input_.texts, input_.vmi);
  EXPECT_EQ(slept_.count(), 0);
}

TEST_F(NetworkStatusTest, WithoutAPrefixIsAnErrorThatSaysHow) {
  Hooks hooks = make_hooks_with({status(R"(,"ips":["192.168.0.62"])")});
  const Error error = error_of([&] { hooks.pre_cloud_init_iso(input_.texts, input_.vmi); });
  EXPECT_EQ(error.errc(), Errc::kInvalidInput);
  EXPECT_THAT(error.message(), HasSubstr("192.168.0.62/LENGTH"));
}

TEST_F(NetworkStatusTest, RefusesAFileThatIsNotJson) {
  Hooks hooks = make_hooks_with({"[{"});
  EXPECT_EQ(error_of([&] { hooks.pre_cloud_init_iso(input_.texts, input_.vmi); }).errc(),
            Errc::kMalformed);
}

// Every profile, every method.
class NetworkInfoTest : public HooksTest {
 protected:
  // `texts`: what the file holds at the first look, the second, …; the last one stays.
  Hooks make_hooks_with(const std::vector<std::optional<std::string>>& texts, const PodState& pod) {
    HookSources sources = sources_of(pod, log_);
    sources.network_info = [this, texts] { return texts[std::min(looks_++, texts.size() - 1)]; };
    sources.sleep = [this](std::chrono::milliseconds time) { slept_ += time; };
    return {find_profile("patchbay"), sources};
  }

  // A pod in which no link says the MAC of network "data": only the tap is there.
  static PodState pod_without_mac() {
    PodState pod = pod_with("data");
    std::erase_if(pod.links, [](const PodLink& link) {
      return link.name.str().starts_with("pod") || link.name.str().starts_with("pb");
    });
    return pod;
  }

  static constexpr char kInfo[] =
      R"({"interfaces":[{"network":"data","mac":"02:00:00:00:0a:0b","mtu":1400}]})";
  size_t looks_ = 0;
  std::chrono::milliseconds slept_{0};
};

TEST_F(NetworkInfoTest, WaitsForAFileThatIsStillEmpty) {
  Hooks hooks = make_hooks_with({"", "\n", kInfo}, pod_without_mac());
  const CloudInitTexts answer = hooks.pre_cloud_init_iso(input_.texts, input_.vmi);
  EXPECT_EQ(looks_, 3U);
  EXPECT_THAT(answer.data, HasSubstr("02:00:00:00:0a:0b"));
}

TEST_F(NetworkInfoTest, WaitsForASecondAtMost) {
  Hooks hooks = make_hooks_with({""}, pod_without_mac());
  const Error error = error_of([&] { hooks.pre_cloud_init_iso(input_.texts, input_.vmi); });
  EXPECT_EQ(error.errc(), Errc::kInvalidInput);
  EXPECT_EQ(slept_.count(), 1000);
}

TEST_F(NetworkInfoTest, DoesNotWaitWhereThePodOrTheSpecSaysTheMac) {
  Hooks by_record = make_hooks_with({""}, pod_with("data"));
  by_record.pre_cloud_init_iso(input_.texts, input_.vmi);
  PodState pod = pod_without_mac();
  Hooks by_spec = make_hooks_with({""}, pod);
  by_spec.pre_cloud_init_iso(
      input_.texts, replaced(input_.vmi, R"("name":"data","binding")",
                             R"("name":"data","macAddress":"02:00:00:00:00:62","binding")"));
  EXPECT_EQ(slept_.count(), 0);
}

TEST_F(NetworkInfoTest, DoesNotWaitForAFileThatIsNotMounted) {
  Hooks hooks = make_hooks_with({std::nullopt}, pod_without_mac());
  error_of([&] { hooks.pre_cloud_init_iso(input_.texts, input_.vmi); });
  EXPECT_EQ(slept_.count(), 0);
}

TEST_F(NetworkInfoTest, RefusesAFileThatIsNotJson) {
  Hooks hooks = make_hooks_with({"{"}, pod_with("data"));
  EXPECT_EQ(error_of([&] { hooks.pre_cloud_init_iso(input_.texts, input_.vmi); }).errc(),
            Errc::kMalformed);
}

}  // namespace
}  // namespace patchbay::sidecar
