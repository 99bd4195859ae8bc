// Whether the guest is told anything: the user's networkData is stronger than everything else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloudinit/network_data.h"
#include "tests/cloudinit/plans.h"

namespace patchbay::cloudinit {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

auto told(Severity severity, const std::string& message, const std::string& hint) {
  return AllOf(Field(&Diagnostic::severity, severity), Field(&Diagnostic::network, "blue"),
               Field(&Diagnostic::message, HasSubstr(message)),
               Field(&Diagnostic::hint, HasSubstr(hint)));
}

const std::string kUpdates = "updates:\n  network:\n    when:\n      - boot\n";
// An entry that leaves the NIC "blue" out.
const std::string kOfAnother =
    "    a:\n      match: {macaddress: \"02:00:00:00:00:01\"}\n      dhcp4: true\n";

class HandOverTest : public testing::Test {
 protected:
  Handover with(const std::string& network_data) {
    data.network_data = network_data;
    return hand_over(plan, data);
  }
  Handover untouched(const std::string& network_data) {
    Handover handover = with(network_data);
    EXPECT_EQ(handover.network_data, network_data);
    EXPECT_EQ(handover.user_data, data.user_data) << "nothing of ours is in networkData";
    return handover;
  }

  NetworkPlan plan =
      plan_of({static_nic("blue", "02:00:00:00:00:aa", {"192.168.0.62/26"})}, {kPodNetwork});
  CloudInitData data{CloudInitData::DataSource::kNoCloud, "#cloud-config\nhostname: x\n", ""};
};

TEST_F(HandOverTest, WritesNetworkDataWhereTheUserWroteNone) {
  for (const std::string blank : {"", "\n", " \r\n\t"}) {
    Diagnostics none;
    EXPECT_EQ(with(blank), (Handover{"#cloud-config\n" + kUpdates + "hostname: x\n",
                                     render(plan, Format::kV2, none),
                                     {}}));
  }
}

// KubeVirt: "unexpected end of JSON input".
TEST_F(HandOverTest, NeverReturnsEmptyUserData) {
  data.user_data = "";
  EXPECT_EQ(hand_over(plan, data).user_data, "#cloud-config\n" + kUpdates);
  data.network_data = "auto eth0";
  EXPECT_EQ(hand_over(plan, data).user_data, "#cloud-config\n");
  plan.attachments.clear();
  EXPECT_EQ(hand_over(plan, data).user_data, "#cloud-config\n");
}

TEST_F(HandOverTest, SaysNothingWithoutAnAttachment) {
  plan.attachments.clear();
  EXPECT_EQ(hand_over(plan, data), (Handover{data.user_data, "", {}}));
}

TEST_F(HandOverTest, AddsTheNicThatNetworkDataForgets) {
  const std::string head = "network:\n  version: 2\n  ethernets:\n";
  const Handover handover = with(head + kOfAnother);
  EXPECT_EQ(handover.network_data,
            head +
                "    blue:\n      match:\n        macaddress: \"02:00:00:00:00:aa\"\n"
                "      dhcp4: false\n      dhcp6: false\n      accept-ra: false\n"
                "      addresses:\n        - \"192.168.0.62/26\"\n" +
                kOfAnother);
  EXPECT_THAT(handover.user_data, HasSubstr(kUpdates));
  EXPECT_THAT(handover.diagnostics,
              ElementsAre(told(Severity::kNote,
                               "says nothing about the NIC 02:00:00:00:00:aa: an entry with "
                               "192.168.0.62/26 (record) is added beside the user's",
                               "")));
}

TEST_F(HandOverTest, AnAddedNicHasAnIdThatTheUserHasNot) {
  EXPECT_THAT(with("version: 2\nethernets:\n  blue:\n    match: {macaddress: "
                   "\"02:00:00:00:00:01\"}\n    dhcp4: true\n")
                  .network_data,
              HasSubstr("\n  blue-2:\n    match:\n      macaddress: \"02:00:00:00:00:aa\"\n"));
}

TEST_F(HandOverTest, AnAddedNicHasNotTheIdOfOneThatIsNamed) {
  plan.attachments.push_back(static_nic("green", "02:00:00:00:00:bb", {"10.1.0.5/24"}));
  plan.attachments[1].guest_name = "blue-2";
  const std::string merged =
      with("version: 2\nethernets:\n  blue:\n    match: {macaddress: \"02:00:00:00:00:01\"}\n")
          .network_data;
  EXPECT_THAT(merged, HasSubstr("  blue-3:\n    match:\n      macaddress: \"02:00:00:00:00:aa\""));
  EXPECT_THAT(merged,
              HasSubstr("  \"blue-2\":\n    match:\n      macaddress: \"02:00:00:00:00:bb\""));
}

TEST_F(HandOverTest, WhatAnAddedNicLosesIsNamed) {
  plan.attachments[0].dns.options = {"ndots:5"};
  EXPECT_THAT(with("network:\n  version: 2\n  ethernets:\n" + kOfAnother).diagnostics,
              ElementsAre(told(Severity::kNote, "is added", ""),
                          told(Severity::kWarning, "the resolver options ndots:5", "resolv")));
}

TEST_F(HandOverTest, AnEntryWithoutMacMayBeTheNicSoNothingIsAdded) {
  EXPECT_THAT(
      untouched("version: 2\nethernets:\n  eth1:\n    addresses: [192.168.0.62/26]\n").diagnostics,
      ElementsAre(
          told(Severity::kWarning,
               "networkData is passed on as it is, for it matches \"eth1\" (line 3) by no MAC "
               "address, which may be the same NIC: unless it configures the NIC "
               "02:00:00:00:00:aa, the guest will not have 192.168.0.62/26 (record) there",
               "add under \"ethernets:\" blue: {match: {macaddress: "
               "\"02:00:00:00:00:aa\"}, dhcp4: false, dhcp6: false, accept-ra: false, "
               "addresses: [\"192.168.0.62/26\"]}")));
}

TEST_F(HandOverTest, TheEntryToPasteIsInTheUsersFormat) {
  plan.attachments[0].routes = {route("10.0.0.0/8", "192.168.0.3")};
  EXPECT_THAT(
      untouched("version: 1\nconfig:\n- type: physical\n  name: eth0\n  subnets: []\n").diagnostics,
      ElementsAre(
          told(Severity::kWarning, "passed on as it is",
               "add under \"config:\" - {type: \"physical\", name: \"blue\", mac_address: "
               "\"02:00:00:00:00:aa\", accept-ra: false, subnets: [{type: \"static\", address: "
               "\"192.168.0.62/26\", routes: [{network: \"10.0.0.0/8\", gateway: "
               "\"192.168.0.3\"}]}]}")));
}

TEST_F(HandOverTest, TheUsersEntryWinsAndWhatItHidesIsNamed) {
  EXPECT_THAT(
      untouched("version: 2\nethernets:\n  data0:\n    match: {macaddress: \"02:00:00:00:00:AA\"}\n"
                "    addresses: [192.168.0.70/26]\n")
          .diagnostics,
      ElementsAre(AllOf(told(Severity::kWarning,
                             "as entry \"data0\" with 192.168.0.70/26; that hides 192.168.0.62/26 "
                             "(record)",
                             "add the address"),
                        Field(&Diagnostic::where, "networkData, line 3"))));
}

TEST_F(HandOverTest, TheSameAddressWithAnotherPrefixIsHiddenToo) {
  EXPECT_THAT(
      untouched("version: 2\nethernets:\n  a:\n    match: {macaddress: \"02:00:00:00:00:aa\"}\n"
                "    addresses: [192.168.0.62/24]\n")
          .diagnostics,
      ElementsAre(told(Severity::kWarning, "that hides 192.168.0.62/26", "")));
}

TEST_F(HandOverTest, AnEntryThatAgreesIsANote) {
  EXPECT_THAT(
      untouched("version: 1\nconfig:\n- type: physical\n  name: a\n  mac_address: "
                "02:00:00:00:00:aa\n  subnets:\n  - {type: static, address: 192.168.0.62, "
                "netmask: 255.255.255.192}\n")
          .diagnostics,
      ElementsAre(told(Severity::kNote, "configures the NIC 02:00:00:00:00:aa itself", "")));
}

TEST_F(HandOverTest, NothingIsSaidOfANicThatNeedsNothing) {
  plan.attachments = {nic("blue", "02:00:00:00:00:aa")};
  EXPECT_THAT(untouched("version: 2\nethernets: {}\n").diagnostics, IsEmpty());
}

TEST_F(HandOverTest, DhcpThatTheUserForgotIsAddedToo) {
  plan.attachments = {dhcp_nic("blue", "02:00:00:00:00:aa")};
  EXPECT_THAT(with("version: 2\nethernets: {}\n").network_data, HasSubstr("dhcp4: true"));
}

TEST_F(HandOverTest, WhatIsNotNetworkConfigIsKeptWithAWarning) {
  for (const std::string text : {"auto eth0\niface eth0 inet dhcp\n", "version: 2\n  ethernets: [",
                                 "version: 3\n", "- a\n", "a: b\n---\nc: d\n"}) {
    EXPECT_THAT(untouched(text).diagnostics,
                ElementsAre(told(Severity::kWarning, "networkData is passed on as it is, for it ",
                                 "matched by the MAC address")))
        << text;
  }
}

TEST_F(HandOverTest, NetworkDataThatTheVolumeIsNotReadForIsWarnedAbout) {
  const std::string v2 =
      "version: 2\nethernets:\n  a:\n    match: {macaddress: "
      "\"02:00:00:00:00:aa\"}\n    addresses: [192.168.0.62/26]\n";
  const std::string json = R"({"links": [{"id": "a", "type": "phy",
      "ethernet_mac_address": "02:00:00:00:00:aa"}], "networks": []})";
  const auto warned = [&](const std::string& text) {
    for (const Diagnostic& diagnostic : untouched(text).diagnostics) {
      if (diagnostic.message.find("guests don't read from a") != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_FALSE(warned(v2));
  EXPECT_TRUE(warned(json));
  data.data_source = CloudInitData::DataSource::kConfigDrive;
  EXPECT_TRUE(warned(v2));
  EXPECT_FALSE(warned(json));
}

TEST_F(HandOverTest, UserDataThatTakesNoUpdatesIsKeptWithANote) {
  for (const std::string text :
       {"#!/bin/sh\n", "#cloud-config\nupdates: {network: {when: [hotplug]}}\n"}) {
    data.user_data = text;
    const Handover handover = with("");
    EXPECT_EQ(handover.user_data, text);
    ASSERT_EQ(handover.diagnostics.size(), 1U) << text;
    EXPECT_THAT(to_string(handover.diagnostics[0]), HasSubstr("at its first boot only"));
  }
}

TEST_F(HandOverTest, TwoConfigurationsOfOneGuestAreWarnedAboutInEveryVolumeAndGuest) {
  data.user_data = "#cloud-config\nwrite_files:\n- path: /etc/netplan/60-data.yaml\n  content: x\n";
  const auto warned = [&] {
    const Handover handover = hand_over(plan, data);
    EXPECT_EQ(handover.user_data, data.user_data);
    return testing::Value(
        handover.diagnostics,
        testing::Contains(AllOf(
            Field(&Diagnostic::severity, Severity::kWarning), Field(&Diagnostic::where, "userData"),
            Field(&Diagnostic::message, HasSubstr("itself, line 3 (/etc/netplan/60-data.yaml), and "
                                                  "the guest gets networkData, too")),
            Field(&Diagnostic::hint, HasSubstr("the NIC's entry in the VM's networkData")))));
  };
  EXPECT_TRUE(warned());
  EXPECT_THAT(to_string(hand_over(plan, data).diagnostics.back()),
              HasSubstr("at its first boot only"));
  plan.first_boot_only = true;
  EXPECT_TRUE(warned());
  EXPECT_EQ(hand_over(plan, data).diagnostics.size(), 1U);
  plan.first_boot_only = false;
  data.data_source = CloudInitData::DataSource::kConfigDrive;
  EXPECT_TRUE(warned());
  plan.guest = Guest::kWindows;
  EXPECT_TRUE(warned());
  data.data_source = CloudInitData::DataSource::kNoCloud;
  EXPECT_TRUE(warned());
  data.network_data = "version: 2\nethernets: {}\n";
  EXPECT_TRUE(warned()) << "ours are added to it";
  data.network_data = "auto eth0\n";
  EXPECT_FALSE(warned()) << "nothing of ours is in it";
  data.network_data = "version: 2\nethernets: {a: {match: {macaddress: \"02:00:00:00:00:aa\"}}}\n";
  EXPECT_FALSE(warned()) << "the user's entry stands";
  data.network_data = "";
  data.user_data = "#cloud-config\nhostname: nmcli\n";
  EXPECT_FALSE(warned());
}

// Seen in a booted guest: cloud-init fails whole.
TEST_F(HandOverTest, NoUpdatesBesideAConfigDrive) {
  data.data_source = CloudInitData::DataSource::kConfigDrive;
  const Handover handover = with("");
  EXPECT_EQ(handover.user_data, data.user_data);
  ASSERT_EQ(handover.diagnostics.size(), 1U);
  EXPECT_THAT(to_string(handover.diagnostics[0]), HasSubstr("at its first boot only"));
}

TEST_F(HandOverTest, NoUpdatesWhereTheUserWantsNoneOrWindowsReadsThem) {
  plan.first_boot_only = true;
  EXPECT_EQ(with("").user_data, data.user_data);
  EXPECT_THAT(with("").diagnostics, IsEmpty());
  plan.first_boot_only = false;
  plan.guest = Guest::kWindows;
  EXPECT_EQ(with("").user_data, data.user_data);
}

TEST_F(HandOverTest, EachVolumeAndGuestGetsItsOwnFormat) {
  using enum CloudInitData::DataSource;
  for (const auto& [source, guest, format] :
       {std::tuple(kNoCloud, Guest::kLinux, Format::kV2),
        std::tuple(kNoCloud, Guest::kWindows, Format::kV1),
        std::tuple(kConfigDrive, Guest::kLinux, Format::kNetworkData),
        std::tuple(kConfigDrive, Guest::kWindows, Format::kNetworkData)}) {
    data.data_source = source;
    plan.guest = guest;
    Diagnostics none;
    EXPECT_EQ(hand_over(plan, data).network_data, render(plan, format, none));
  }
}

TEST_F(HandOverTest, ANicWhoseMacIsUnknownIsNotLeftWithoutItsDhcp) {
  plan.others.push_back({"storage", "sriov", Mac(), {}});
  const Diagnostics diagnostics = hand_over(plan, data).diagnostics;
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].severity, Severity::kError);
  EXPECT_THAT(to_string(diagnostics[0]), HasSubstr("network \"storage\""));
  EXPECT_THAT(to_string(diagnostics[0]), HasSubstr("write macAddress"));
  EXPECT_THAT(
      untouched("version: 2\nethernets: {a: {match: {macaddress: \"" +
                plan.attachments[0].mac.to_string() + "\"}, addresses: [192.168.0.62/26]}}\n")
          .diagnostics,
      ElementsAre(told(Severity::kNote, "configures the NIC", "")))
      << "what the user wrote takes nobody's DHCP through us";
}

TEST_F(HandOverTest, WhatNetworkConfigCantSayIsInTheDiagnostics) {
  plan.attachments[0].dns.options = {"ndots:5", "edns0"};
  EXPECT_THAT(
      hand_over(plan, data).diagnostics,
      ElementsAre(told(Severity::kWarning, "the resolver options ndots:5, edns0", "resolv")));
}

// A list of name servers for the whole guest is all that network_data.json has beside addresses.
TEST_F(HandOverTest, NameServiceBesideNoAddressThatAConfigDriveCantSayIsInTheDiagnostics) {
  plan.guest = Guest::kNetworkd;
  plan.first_boot_only = true;
  plan.attachments = {nic("blue", "02:00:00:00:00:aa")};
  plan.attachments[0].dns.servers = {IpAddress::parse("192.168.0.53")};
  plan.attachments[0].dns.search = {"a.example", "b.example"};
  EXPECT_THAT(hand_over(plan, data).diagnostics, IsEmpty()) << "version 2 says it";
  data.data_source = CloudInitData::DataSource::kConfigDrive;
  const Handover handover = hand_over(plan, data);
  EXPECT_THAT(handover.network_data, HasSubstr("192.168.0.53"));
  EXPECT_THAT(handover.diagnostics,
              ElementsAre(told(Severity::kWarning, "name service, a.example, b.example, doesn't",
                               "cloudInitNoCloud")));
  Diagnostics of_version_1;
  render(plan, Format::kV1, of_version_1);
  EXPECT_THAT(of_version_1, ElementsAre(told(Severity::kWarning, "b.example, 192.168.0.53, doesn't",
                                             "cloudInitNoCloud")));
}

TEST_F(HandOverTest, ThatNetworkManagerMayPreferAnotherNicIsSaid) {
  plan.default_route = "blue";
  plan.others[0].dhcp_metric = 2000;
  for (const auto& [guest, severity] : {std::pair(Guest::kLinux, Severity::kNote),
                                        std::pair(Guest::kNetworkManager, Severity::kWarning)}) {
    plan.guest = guest;
    const Diagnostics diagnostics = hand_over(plan, data).diagnostics;
    ASSERT_EQ(diagnostics.size(), 1U);
    EXPECT_EQ(diagnostics[0].severity, severity);
    EXPECT_THAT(to_string(diagnostics[0]), HasSubstr("may prefer it to that of network \"blue\""));
  }
  plan.guest = Guest::kNetplan;
  EXPECT_THAT(hand_over(plan, data).diagnostics, IsEmpty());
}

TEST_F(HandOverTest, AWeakMetricIsAWarningOnlyOnThePreferredNetwork) {
  plan.attachments = {dhcp_nic("blue", "02:00:00:00:00:aa")};
  plan.attachments[0].dhcp_metric = 2001;
  plan.default_route = "default";
  EXPECT_THAT(hand_over(plan, data).diagnostics,
              ElementsAre(told(Severity::kNote, "ignore the metric 2001", "guestName")));
  plan.attachments[0].dhcp_metric = 50;
  plan.default_route = "blue";
  EXPECT_THAT(hand_over(plan, data).diagnostics,
              ElementsAre(told(Severity::kWarning, "ignore the metric 50", "guestName")));
}

}  // namespace
}  // namespace patchbay::cloudinit
