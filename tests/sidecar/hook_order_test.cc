// What is refused because KubeVirt's calls did not come, or can't.
#include "sidecar/hook_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/bindings.h"
#include "tests/sidecar/support.h"

namespace patchbay::sidecar {
namespace {

using testing::HasSubstr;

NetworkPlan plan_of(const std::vector<std::string>& bindings, Ipv4Method method) {
  NetworkPlan plan;
  for (const std::string& binding : bindings) {
    Attachment& attachment = plan.attachments.emplace_back();
    attachment.network = "on-" + binding;
    attachment.binding = binding;
    attachment.ours = is_our_binding(binding);
    attachment.ipv4 = method;
  }
  return plan;
}

TEST(HookOrderTest, RefusesWhereAddressesHaveToBeWritten) {
  const NetworkPlan plan = plan_of({"sriov", "patchbay", "patchbay-dhcp"}, Ipv4Method::kStatic);
  struct {
    void (*require)(const NetworkPlan&);
    const char* cure;
  } const refusals[] = {
      {require_earlier_cloud_init_call, "remove that hook sidecar"},
      {require_hook_sidecar, "patchbay-seed, which a Plugin serves whole"},
  };
  for (const auto& refusal : refusals) {
    const Error error = error_of([&] { refusal.require(plan); });
    EXPECT_EQ(error.errc(), Errc::kConflict);
    EXPECT_THAT(error.message(), HasSubstr("addresses of \"on-sriov\", \"on-patchbay\""));
    EXPECT_THAT(error.message(), HasSubstr(refusal.cure));
  }
}

TEST(HookOrderTest, WantsNothingForNicsThatAskForNothing) {
  for (const NetworkPlan& plan : {plan_of({"sriov", "patchbay"}, Ipv4Method::kNone),
                                  plan_of({"patchbay-dhcp"}, Ipv4Method::kDhcp)}) {
    EXPECT_NO_THROW(require_earlier_cloud_init_call(plan));
    EXPECT_NO_THROW(require_hook_sidecar(plan));
  }
}

}  // namespace
}  // namespace patchbay::sidecar
