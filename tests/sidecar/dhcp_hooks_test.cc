// Profile patchbay-dhcp, alone and beside others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sidecar/hooks_case.h"

namespace patchbay::sidecar {
namespace {

using testing::HasSubstr;
using testing::Not;

class DhcpHooksTest : public HooksTest {
 protected:
  DhcpHooksTest() {
    input_.vmi = replaced(input_.vmi, R"("binding":{"name":"patchbay"})",
                          R"("binding":{"name":"patchbay-dhcp"})");
  }
};

TEST_F(DhcpHooksTest, WiresTheNicAndSaysOnceThatNoAddressIsServed) {
  for (const std::string& vmi : {input_.vmi, without_cloud_init(input_.vmi)}) {
    LogBook log;
    Hooks hooks(find_profile("patchbay-dhcp"), sources_of(pod_with("data"), log));
    const std::string first = hooks.on_define_domain(input_.domain, vmi);
    EXPECT_THAT(first, HasSubstr("02:00:00:00:00:62"));
    EXPECT_THAT(first, HasSubstr("tap3a6eb0790f3"));
    EXPECT_EQ(hooks.on_define_domain(first, vmi), first);
    EXPECT_EQ(log.count("patchbay serves no address to this NIC"), 1U) << log.text();
    EXPECT_THAT(log.text(), HasSubstr(R"("network":"data")"));
    EXPECT_THAT(log.text(), HasSubstr("nobody tells it 192.168.0.62/26 (record)"));
  }
}

TEST_F(DhcpHooksTest, ItsNicIsToldToAskDhcpInTheNetworkDataOfOthers) {
  Hooks hooks(find_profile("patchbay"), sources_of(pod_with_other_nic(), log_));
  const std::string vmi = with_other_nic(input_.vmi, "patchbay");
  const CloudInitTexts answer = hooks.pre_cloud_init_iso(input_.texts, vmi);
  EXPECT_THAT(answer.data, HasSubstr("10.9.0.63/24"));
  EXPECT_THAT(answer.data, HasSubstr("02:00:00:00:00:62")) << "with its MAC";
  EXPECT_THAT(answer.data, Not(HasSubstr("192.168.0.62"))) << "and without its address";
  EXPECT_THAT(log_.text(), HasSubstr("data: DHCPv4; other: 10.9.0.63/24 (record)"));
  // Each sidecar completes its own.
  const std::string first = hooks.on_define_domain(input_.domain, vmi);
  EXPECT_THAT(first, HasSubstr("02:00:00:00:00:63"));
  Hooks second(find_profile("patchbay-dhcp"), sources_of(pod_with_other_nic(), log_));
  EXPECT_THAT(second.on_define_domain(first, vmi), HasSubstr("02:00:00:00:00:62"));
}

TEST_F(DhcpHooksTest, TheResponderIsToldThePlanBeforeTheDomainIsAnswered) {
  Record record = example_record();
  record.wiring.responder = true;
  HookSources sources = sources_of(pod_with("data", record), log_);
  std::vector<Attachment> told;
  std::string host_name;
  sources.tell_responder = [&](const Attachment& attachment, std::string_view name,
                               Diagnostics& diagnostics) {
    told.push_back(attachment);
    host_name = name;
    diagnostics.push_back({Severity::kWarning, "data", "responder", "too long a list", ""});
  };
  Hooks hooks(find_profile("patchbay-dhcp"), sources);
  hooks.on_define_domain(input_.domain, input_.vmi);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].network, "data");
  ASSERT_FALSE(told[0].addresses.empty());
  EXPECT_EQ(told[0].addresses[0].prefix, IpPrefix::parse("192.168.0.62/26"));
  EXPECT_FALSE(host_name.empty());
  EXPECT_EQ(log_.count("too long a list"), 1U);

  sources.tell_responder = [](const Attachment&, std::string_view, Diagnostics&) {
    throw Error(Errc::kKernel, "nobody took it");
  };
  Hooks refused(find_profile("patchbay-dhcp"), sources);
  EXPECT_THAT(error_of([&] { refused.on_define_domain(input_.domain, input_.vmi); }).what(),
              HasSubstr("nobody took it"));
}

TEST_F(DhcpHooksTest, WithoutAResponderNobodyIsTold) {
  HookSources sources = sources_of(pod_with("data"), log_);
  sources.tell_responder = [](const Attachment&, std::string_view, Diagnostics&) {
    FAIL() << "there is none";
  };
  Hooks(find_profile("patchbay-dhcp"), sources).on_define_domain(input_.domain, input_.vmi);
}

}  // namespace
}  // namespace patchbay::sidecar
