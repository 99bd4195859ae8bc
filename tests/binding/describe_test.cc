#include "binding/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binding/bridge.h"
#include "pods.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Describe : public testing::Test {
 protected:
  Describe() {
    sources.network = kNetwork;
    sources.names = kNames;
    sources.nic.name = kNames.pod;
    sources.nic.ethernet = true;
    sources.nic.kind = "veth";
    sources.nic.mac = Mac::parse("02:00:00:00:00:62");
    sources.nic.mtu = 1450;
  }
  void on_nic(const std::string& prefix, bool kernel_made = false) {
    sources.addresses.push_back({IpPrefix::parse(prefix), kernel_made, ""});
  }
  NetworkAnswer& answer() {
    if (!sources.answer) {
      sources.answer.emplace();
      sources.answer->ipam = "static";
      sources.answer->result.interfaces = {{kNames.pod.str(), std::nullopt, std::nullopt, "/ns"}};
    }
    return *sources.answer;
  }
  void in_result(const std::string& prefix) {
    answer().result.ips.push_back({IpPrefix::parse(prefix), std::nullopt, 0});
  }
  std::vector<std::string> addresses() {
    std::vector<std::string> out;
    for (const auto& a : describe_attachment(sources, diagnostics).addresses) {
      out.push_back(a.prefix.to_string());
    }
    return out;
  }
  Errc refusal() {
    try {
      describe_attachment(sources, diagnostics);
    } catch (const Error& error) {
      said = error.what();
      return error.errc();
    }
    return Errc::kInternal;
  }

  AttachmentSources sources;
  Diagnostics diagnostics;
  std::string said;
};

TEST_F(Describe, TheResultGivesTheOrderAndTheKernelWhatIsThere) {
  on_nic("192.168.0.62/26");
  on_nic("fd00::62/64");
  on_nic("10.0.0.1/8");
  in_result("fd00::62/64");
  in_result("192.168.0.62/24");  // its prefix length counts
  in_result("192.168.0.77/24");
  EXPECT_THAT(addresses(), ElementsAre("fd00::62/64", "192.168.0.62/24", "10.0.0.1/8"));
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].network, "blue");
  EXPECT_THAT(diagnostics[0].message, HasSubstr("192.168.0.77/24"));
}

TEST_F(Describe, ParkedAddressesAreThere) {
  sources.parked.emplace();
  sources.parked->ips = {IpPrefix::parse("192.168.0.62/26"), IpPrefix::parse("10.0.0.1/8")};
  in_result("192.168.0.62/26");
  EXPECT_THAT(addresses(), ElementsAre("192.168.0.62/26", "10.0.0.1/8"));
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST_F(Describe, LinkLocalAddressesOfTheInterfaceAreNotTheGuests) {
  on_nic("fe80::1/64");
  on_nic("fe80::ff:fe00:62/64", true);
  on_nic("2001:db8::5/64", true);
  on_nic("169.254.1.1/16");
  EXPECT_THAT(addresses(), ElementsAre("169.254.1.1/16"));
  in_result("fe80::1/64");
  EXPECT_THAT(addresses(), ElementsAre("fe80::1/64", "169.254.1.1/16"));
}

TEST_F(Describe, RoutesAndDnsComeFromTheStrongestThatKnowsThem) {
  const Route kernels{.to = IpPrefix::parse("10.1.0.0/16")};
  const Route records{.to = IpPrefix::parse("10.2.0.0/16")};
  const Route results{.to = IpPrefix::parse("10.3.0.0/16"), .via = IpAddress::parse("10.0.0.1")};
  sources.routes = {{kernels, ""}, {std::nullopt, ""}};
  EXPECT_THAT(describe_attachment(sources, diagnostics).routes, ElementsAre(kernels));
  sources.parked.emplace();
  sources.parked->routes = {records};
  sources.parked->dns.search = {"parked.example"};
  sources.parked->ipam = "host-local";
  const Attachment parked = describe_attachment(sources, diagnostics);
  EXPECT_THAT(parked.routes, ElementsAre(records));
  EXPECT_THAT(parked.dns.search, ElementsAre("parked.example"));
  EXPECT_EQ(parked.ipam, "host-local");
  answer().result.routes = {results};
  answer().result.dns.search = {"corp.example"};
  const Attachment cached = describe_attachment(sources, diagnostics);
  EXPECT_THAT(cached.routes, ElementsAre(results));
  EXPECT_THAT(cached.dns.search, ElementsAre("corp.example"));
  EXPECT_EQ(cached.ipam, "static");
}

TEST_F(Describe, MacMtuAndTheReasonAreTheKernels) {
  const Attachment a = describe_attachment(sources, diagnostics);
  EXPECT_EQ(a.mac, sources.nic.mac);
  EXPECT_EQ(a.mtu, 1450u);
  EXPECT_EQ(a.backend, Backend::kRedirect);
  EXPECT_EQ(a.backend_reason, "veth");
  EXPECT_EQ(a.pod_interface, kNames.pod);
  EXPECT_EQ(a.tap, kNames.tap);
  EXPECT_TRUE(a.ours);
}

TEST_F(Describe, TheGuestKeepsTheMacThatABridgePortGaveUp) {
  sources.options.mode = "bridge";
  const Mac guest = sources.nic.mac;
  EXPECT_EQ(describe_attachment(sources, diagnostics).mac, guest);
  sources.parked.emplace();
  sources.parked->mac = guest;
  sources.nic.mac = port_mac(guest);
  EXPECT_EQ(describe_attachment(sources, diagnostics).mac, guest);
}

TEST_F(Describe, WiringIsTheOptionsTheNetworksAndTheNics) {
  EXPECT_EQ(describe_attachment(sources, diagnostics).wiring, Wiring());
  answer().mac_spoof_check = true;
  sources.lro = true;
  sources.options.multi_queue = true;
  sources.options.trunk = {{42, 42}};
  const Wiring wiring{
      .mac_spoof_check = true, .multi_queue = true, .lro = true, .trunk = {{42, 42}}};
  EXPECT_EQ(describe_attachment(sources, diagnostics).wiring, wiring);
}

TEST_F(Describe, WhatThePluginMadeKeepsItsQueuesAndItsContext) {
  sources.options.selinux_context = "system_u:system_r:container_t:s0";
  describe_attachment(sources, diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty()) << "the tap is ours";
  sources.nic.kind = "macvtap";
  sources.options.multi_queue = true;
  EXPECT_FALSE(describe_attachment(sources, diagnostics).wiring.multi_queue);
  sources.nic.kind = "tun";
  sources.nic.tun = TunInfo{.tap = true, .multi_queue = true, .persist = true};
  EXPECT_TRUE(describe_attachment(sources, diagnostics).wiring.multi_queue);
  ASSERT_EQ(diagnostics.size(), 2u) << "one for each";
  for (const Diagnostic& diagnostic : diagnostics) {
    EXPECT_EQ(diagnostic.severity, Severity::kWarning);
    EXPECT_THAT(to_string(diagnostic), HasSubstr("keeps the SELinux context"));
  }
}

TEST_F(Describe, LroThatAnEarlierAddTurnedOffIsRemembered) {
  sources.parked.emplace();
  sources.parked->wiring.lro = true;
  EXPECT_TRUE(describe_attachment(sources, diagnostics).wiring.lro);
}

TEST_F(Describe, ARecordGivesTheSameAttachmentBack) {
  on_nic("192.168.0.62/26");
  sources.options.mode = "bridge";
  sources.lro = true;
  const Attachment attachment = describe_attachment(sources, diagnostics);
  EXPECT_EQ(describe_parked(kNetwork, kNames, record_of(attachment)), attachment);
}

TEST_F(Describe, ADeviceWithoutAnInterfaceHasWhatTheNetworkAnswered) {
  in_result("192.168.0.62/26");
  const auto device = [&](std::optional<Mac> mac) {
    return describe_device(kNetwork, kNames, "0000:3b:02.1", answer(), mac);
  };
  const Mac told = Mac::parse("02:00:00:00:00:77");
  EXPECT_TRUE(device({}).mac.is_zero());
  EXPECT_EQ(device(told).mac, told);
  EXPECT_EQ(device({}).backend, Backend::kCore);
  EXPECT_THAT(device({}).backend_reason, HasSubstr("0000:3b:02.1"));
  EXPECT_EQ(to_string(device({}).addresses.at(0)), "192.168.0.62/26 (record)");
  answer().result.interfaces[0].mac = sources.nic.mac;
  EXPECT_EQ(device(told).mac, sources.nic.mac);
}

TEST_F(Describe, AllowedAddressesAreAWordOfTheFullGuardOnly) {
  sources.options.allowed_addresses = {IpPrefix::parse("192.168.0.9/32")};
  for (const auto& [guard, said_of_it] : {std::pair{Guard::kMac, 1U}, {Guard::kFull, 0U}}) {
    diagnostics.clear();
    sources.options.guard = guard;
    on_nic("192.168.0.62/26");
    describe_attachment(sources, diagnostics);
    ASSERT_EQ(diagnostics.size(), said_of_it);
  }
  sources.options.guard.reset();
  describe_attachment(sources, diagnostics);
  EXPECT_THAT(diagnostics.at(0).message, HasSubstr("only guard \"full\" looks at addresses"));
}

}  // namespace
}  // namespace patchbay
