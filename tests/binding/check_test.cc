#include "binding/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pods.h"

namespace patchbay {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Check : public testing::Test {
 protected:
  Check() {
    add_nic(kernel);
    call = call_without_cache();
  }
  void attach() {
    Diagnostics diagnostics;
    add(kernel, call, diagnostics);
  }
  FakeKernel::Link& link(const IfName& name) { return kernel.links.at(name); }
  FakeKernel::Link& nic() { return link(kNames.pod); }

  // What CHECK says; empty where it passes. It changes nothing either way.
  std::string said() {
    const FakeKernel::Links before = kernel.links;
    std::string text;
    try {
      check(kernel, call);
    } catch (const Error& error) {
      errc = error.errc();
      text = error.what();
    }
    EXPECT_TRUE(kernel.links == before);
    return text;
  }

  FakeKernel kernel;
  AttachmentCall call;
  Errc errc = Errc::kInternal;
};

TEST_F(Check, PassesRightAfterAddInEveryBackend) {
  for (const std::string mode : {"redirect", "bridge"}) {
    kernel.links.clear();
    add_nic(kernel);
    call.options.defaults.mode = mode;
    attach();
    EXPECT_EQ(said(), "") << mode;
  }
  kernel.links.clear();
  add_nic(kernel, "macvtap");
  call.options.defaults.mode.reset();
  attach();
  EXPECT_EQ(said(), "");
}

TEST_F(Check, WithoutARecordSaysWhatToDo) {
  EXPECT_THAT(said(),
              AllOf(HasSubstr("network \"blue\": expected the record"),
                    HasSubstr("pb16477688c0e, which is not there"), HasSubstr("restart the VM")));
  EXPECT_EQ(errc, Errc::kNotFound);
  attach();
  Diagnostics diagnostics;
  del(kernel, call, diagnostics);
  EXPECT_THAT(said(), HasSubstr("which is not there"));
}

TEST_F(Check, ARecordThatCanNotBeRead) {
  attach();
  link(kNames.record).state.alias = "{";
  EXPECT_THAT(said(), AllOf(HasSubstr("found one that can't be read"), HasSubstr("is not JSON")));
  EXPECT_EQ(errc, Errc::kConflict);
}

TEST_F(Check, NamesEverythingThatDiffersAtOnce) {
  attach();
  nic().state.mtu = 1400;
  nic().state.mac = Mac::parse("02:00:00:00:00:99");
  nic().addresses.push_back({IpPrefix::parse("192.168.0.62/26")});
  link(kNames.tap).state.up = false;
  link(kNames.record).state.up = true;
  EXPECT_THAT(said(), AllOf(HasSubstr("link pod16477688c0e: expected MTU 1500, found 1400"),
                            HasSubstr("expected MAC 02:00:00:00:00:62, found 02:00:00:00:00:99"),
                            HasSubstr("link pod16477688c0e has the address 192.168.0.62/26"),
                            HasSubstr("link tap16477688c0e: expected state up, found down"),
                            HasSubstr("link pb16477688c0e: expected state down, found up"),
                            HasSubstr("restart")));
  EXPECT_EQ(errc, Errc::kConflict);
}

TEST_F(Check, SaysOnceThatALinkIsMissing) {
  attach();
  kernel.links.erase(kNames.pod);
  const std::string missing = "link pod16477688c0e is not there";
  const std::string text = said();
  const size_t first = text.find(missing);
  ASSERT_NE(first, std::string::npos) << text;
  EXPECT_EQ(text.find(missing, first + 1), std::string::npos) << text;
}

TEST_F(Check, ALinkOfAnotherKindThatHoldsTheRecord) {
  attach();
  link(kNames.record).state.kind = "veth";
  EXPECT_THAT(said(), HasSubstr("link pb16477688c0e: expected kind dummy or bridge, found veth"));
}

TEST_F(Check, TapAndNicInSomebodysBridge) {
  attach();
  const IfName bridge = IfName::parse("br9");
  kernel.add_link("br9", "bridge");
  link(kNames.tap).state.master = bridge;
  nic().state.master = bridge;
  EXPECT_THAT(said(), AllOf(HasSubstr("link tap16477688c0e: expected bridge none, found br9"),
                            HasSubstr("link pod16477688c0e: expected bridge none, found br9")));
}

TEST_F(Check, AVrfAroundTheNicIsTheNetworksOwn) {
  attach();
  kernel.add_link("red", "vrf");
  nic().state.master = IfName::parse("red");
  EXPECT_EQ(said(), "");
}

TEST_F(Check, AnAddressOnTheTap) {
  attach();
  link(kNames.tap).addresses.push_back({IpPrefix::parse("10.0.0.1/24")});
  EXPECT_THAT(said(), HasSubstr("link tap16477688c0e has the address 10.0.0.1/24"));
}

TEST_F(Check, AnotherTrunkOfTheSameLength) {
  call.options.defaults.trunk = {{42, 42}};
  attach();
  Ingress other = *nic().ingress;
  ASSERT_TRUE(std::holds_alternative<JudgeFrames>(other.filters.front()));
  for (BpfInstruction& each : std::get<JudgeFrames>(other.filters.front()).program) {
    if (each.k == 42) each.k = 43;
  }
  EXPECT_EQ(said(), "");
  nic().ingress = other;
  EXPECT_THAT(said(), HasSubstr("link pod16477688c0e: its filter passes other VLANs than the trunk "
                                "of the record (redirect pod16477688c0e to tap16477688c0e, of "
                                "tagged frames VLAN 42)"));
}

TEST_F(Check, BridgePortsKnowTheirOwnMac) {
  call.options.defaults.mode = "bridge";
  attach();
  nic().state.mac = Mac::parse("02:00:00:00:00:62");
  EXPECT_THAT(said(), HasSubstr("expected MAC 42:00:00:00:00:62, found 02:00:00:00:00:62"));
  nic().state.master = IfName();
  EXPECT_THAT(said(),
              HasSubstr("link pod16477688c0e: expected bridge k6t-16477688c0e, found none"));
}

TEST_F(Check, WhatTheChainsResultPromised) {
  CniResult result;
  result.interfaces = {{kNames.pod.str(), std::nullopt, std::nullopt, "/run/netns/pod"}};
  result.ips = {{IpPrefix::parse("192.168.0.62/26"), std::nullopt, 0}};
  call.prev_result = result;
  attach();
  EXPECT_EQ(said(), "");
  call.prev_result->ips.push_back({IpPrefix::parse("192.168.0.63/26"), std::nullopt, 0});
  EXPECT_THAT(said(), AllOf(HasSubstr("prevResult has the address 192.168.0.63/26"),
                            Not(HasSubstr("prevResult has the address 192.168.0.62"))));
}

TEST_F(Check, ADeviceWithoutAnInterfaceHasItsRecordAlone) {
  kernel.links.clear();
  call.prev_result.emplace();
  call.device_id = "0000:3b:02.1";
  call.mac = Mac::parse("02:00:00:00:00:62");
  attach();
  EXPECT_EQ(said(), "");
  link(kNames.record).state.alias += " ";
  EXPECT_THAT(said(), HasSubstr("link pb16477688c0e: expected alias"));
}

TEST_F(Check, AFailingKernelIsNoDrift) {
  attach();
  int failures = 0;
  for (;; ++failures) {
    kernel.calls = 0;
    kernel.fail_at = failures + 1;
    const std::string text = said();
    if (text.empty()) break;
    EXPECT_EQ(text, "refused by the test");
    EXPECT_EQ(errc, Errc::kKernel);
  }
  EXPECT_GT(failures, 15);
}

}  // namespace
}  // namespace patchbay
