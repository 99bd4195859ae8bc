// What is otherwise where CNI's dhcp daemon leased the address: it must hear the answers to its
// renewals, and be able to release the lease after our DEL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binding/step.h"
#include "binding/vlan_filter.h"
#include "pods.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Redirect kLeased{kNames.pod, kNames.tap, {}, true};
const Ingress kAnswersCopied{{CopyDhcpAnswers{kNames.tap}, RedirectAll{kNames.tap}}};
const Ingress kToNowhere{{CopyDhcpAnswers{}, RedirectAll{}}};

class Lease : public testing::Test {
 protected:
  Lease() {
    add_nic(kernel);
    call.prev_result.emplace();
    call.options.defaults.ipam = "dhcp";
  }
  FakeKernel::Link& nic() { return kernel.links.at(kNames.pod); }

  FakeKernel kernel;
  Diagnostics diagnostics;
  AttachmentCall call = call_without_cache();
};

TEST_F(Lease, AnswersAreCopiedBeforeTheRedirectAndAfterATrunk) {
  kernel.add_link(kNames.tap.str(), "tun");
  apply(kLeased, kernel);
  EXPECT_EQ(nic().ingress, kAnswersCopied);
  EXPECT_THAT(verify(kLeased, kernel), IsEmpty());
  EXPECT_EQ(to_string(kLeased),
            "redirect pod16477688c0e to tap16477688c0e, DHCP answers to the dhcp daemon too");
  Redirect trunk = kLeased;
  trunk.trunk = {{7, 7}};
  apply(trunk, kernel);
  EXPECT_EQ(nic().ingress, (Ingress{{JudgeFrames{trunk_program(trunk.trunk)},
                                     CopyDhcpAnswers{kNames.tap}, RedirectAll{kNames.tap}}}));
}

TEST_F(Lease, VerifyNoticesAnswersThatAreNotCopied) {
  kernel.add_link(kNames.tap.str(), "tun");
  for (const Ingress& other :
       {Ingress{{RedirectAll{kNames.tap}}}, Ingress{{CopyDhcpAnswers{kNames.tap}}}, kToNowhere,
        Ingress{{RedirectAll{kNames.tap}, CopyDhcpAnswers{kNames.tap}}}}) {
    nic().ingress = other;
    EXPECT_THAT(verify(kLeased, kernel), ElementsAre(HasSubstr("a copy of DHCP answers to tap")));
    apply(kLeased, kernel);
    EXPECT_EQ(nic().ingress, kAnswersCopied);
  }
}

TEST_F(Lease, DelLeavesTheNicUpWithItsAddressAndDeaf) {
  add(kernel, call, diagnostics);
  EXPECT_EQ(nic().ingress, kAnswersCopied);
  for (int times = 0; times < 2; ++times) {
    del(kernel, call, diagnostics);
    ASSERT_EQ(kernel.links.size(), 1u);
    EXPECT_TRUE(nic().state.up);
    EXPECT_EQ(nic().state.disable_ipv6, true);
    EXPECT_FALSE(nic().state.all_multicast);
    EXPECT_EQ(nic().ingress, kToNowhere);
    EXPECT_EQ(nic().addresses.size(), 2u);  // IPv6 is off
  }
}

TEST_F(Lease, AddAfterDelIsANewOne) {
  add(kernel, call, diagnostics);
  const auto once = kernel.links;
  del(kernel, call, diagnostics);
  add(kernel, call, diagnostics);
  EXPECT_EQ(nic().ingress, kAnswersCopied);
  EXPECT_TRUE(nic().state == once.at(kNames.pod).state);
}

}  // namespace
}  // namespace patchbay
