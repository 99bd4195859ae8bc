// The text of network-status, and what a plan takes from it.
#include "plan/network_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"
#include "tests/plan/scene.h"

namespace patchbay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// As Multus writes it: the cluster network first, the binding's own element without an interface.
constexpr char kText[] = R"([{
    "name": "ovn-kubernetes", "interface": "eth0", "ips": ["10.244.1.5"], "mac": "0a:58:0a:f4:01:05",
    "default": true, "dns": {}
},{
    "name": "ns1/blue-nad", "interface": "pod16477688c0e",
    "ips": ["192.168.0.62", "fd00::62"], "mac": "02:00:00:00:00:0B", "mtu": 1450,
    "dns": {"nameservers": ["10.0.0.53"], "domain": "corp.example"},
    "gateway": ["192.168.0.2", "<nil>", ""], "device-info": {"type": "pci", "version": "1.1.0"}
},{
    "name": "patchbay/patchbay", "mac": "", "mtu": 0, "dns": {}
}])";

TEST(NetworkStatus, IsRead) {
  const NetworkStatus status = parse_network_status(kText);
  ASSERT_EQ(status.interfaces.size(), 3U);
  const auto* blue = find_status(status, "pod16477688c0e");
  ASSERT_NE(blue, nullptr);
  EXPECT_EQ(*blue, (NetworkStatus::Interface{
                       .name = "ns1/blue-nad",
                       .interface = "pod16477688c0e",
                       .ips = {IpAddress::parse("192.168.0.62"), IpAddress::parse("fd00::62")},
                       .gateways = {IpAddress::parse("192.168.0.2")},
                       .mac = Mac::parse("02:00:00:00:00:0b"),
                       .mtu = 1450,
                       .dns = {{IpAddress::parse("10.0.0.53")}, {"corp.example"}, {}}}));
  EXPECT_EQ(status.interfaces[2], (NetworkStatus::Interface{.name = "patchbay/patchbay"}));
  EXPECT_EQ(find_status(status, "podffffffffff0"), nullptr);
}

TEST(NetworkStatus, IsEmptyWhereNothingIsWrittenYet) {
  for (const char* text : {"", " \n", "[]"}) {
    EXPECT_EQ(parse_network_status(text), NetworkStatus()) << text;
  }
}

TEST(NetworkStatus, RefusesWhatIsNone) {
  for (const char* text : {"{", "{}", "[1]", R"([{"interface":"eth0"}])",
                           R"([{"name":"a","name":"b"}])", R"([{"name":"a","interface":1}])"}) {
    EXPECT_THROW(parse_network_status(text), Error) << text;
  }
}

TEST(NetworkStatus, KeepsTheMistakeOfAnEntryAndReadsTheOthers) {
  for (const char* entry :
       {R"("ips":["192.168.0.62/26"])", R"("ips":["1.2.3"])", R"("ips":"1.2.3.4")",
        R"("mac":"01:00:5e:00:00:01")", R"("mtu":70000)", R"("mtu":1500.5)", R"("gateway":["x"])",
        R"("dns":[])", R"("mac":"80:00:02:08:fe:80:00:00:00:00:00:00:f4:52:14:03:00:7b:cb:a1")"}) {
    const NetworkStatus status =
        parse_network_status(R"([{"name":"ib","interface":"net1","default":false,)" +
                             std::string(entry) + "}," + std::string(kText).substr(1));
    ASSERT_EQ(status.interfaces.size(), 4U) << entry;
    EXPECT_EQ(status.interfaces[0].name, "ib");
    EXPECT_THAT(status.interfaces[0].mistake, HasSubstr("network-status[0]."));
    EXPECT_EQ(status.interfaces[2].ips.size(), 2U);
  }
}

NetworkStatus::Interface blue_status(const std::vector<std::string>& ips) {
  NetworkStatus::Interface blue{.name = "ns1/blue-nad",
                                .interface = link_names("blue").pod.str(),
                                .gateways = {IpAddress::parse("192.168.0.2")},
                                .dns = {{IpAddress::parse("10.0.0.53")}, {}, {}}};
  for (const std::string& ip : ips) blue.ips.push_back(IpAddress::parse(ip));
  return blue;
}

Route on_link(const std::string& to) { return {.to = IpPrefix::parse(to)}; }

TEST(StatusInPlan, ItsAddressTakesThePrefixOfTheLinksNarrowestNetwork) {
  Scene scene;
  scene.pod_link("blue").routes = {on_link("192.168.0.0/16"), on_link("192.168.0.0/26"),
                                   route("192.168.0.60/30", "192.168.0.3")};
  scene.input.network_status.interfaces = {blue_status({"192.168.0.62"})};
  const NetworkPlan plan = scene.plan();
  EXPECT_FALSE(has_errors(plan.diagnostics));
  const Attachment& blue = plan.attachments.at(0);
  EXPECT_EQ(blue.ipv4, Ipv4Method::kStatic);
  ASSERT_EQ(blue.addresses.size(), 1U);
  EXPECT_EQ(to_string(blue.addresses[0]), "192.168.0.62/26 (network-status)");
  ASSERT_EQ(blue.routes.size(), 4U) << "the pod's, and the gateway";
  EXPECT_TRUE(blue.routes.back().to.is_default());
  EXPECT_EQ(blue.routes.back().via, IpAddress::parse("192.168.0.2"));
  EXPECT_THAT(plan.diagnostics, IsEmpty());
  EXPECT_THAT(blue.dns.servers, ElementsAre(IpAddress::parse("10.0.0.53")));
  EXPECT_EQ(parse_network_plan(to_json(plan)), plan);
}

TEST(StatusInPlan, AnAddressWithoutAPrefixIsAnErrorThatSaysHowToWriteIt) {
  Scene scene;
  scene.input.network_status.interfaces = {blue_status({"192.168.0.62", "fd00::62"})};
  const Diagnostics diagnostics = scene.plan().diagnostics;
  ASSERT_EQ(diagnostics.size(), 2U);
  EXPECT_EQ(diagnostics[0].severity, Severity::kError);
  EXPECT_EQ(diagnostics[0].network, "blue");
  EXPECT_THAT(diagnostics[0].message, HasSubstr("says 192.168.0.62 without its prefix length"));
  EXPECT_THAT(diagnostics[0].hint,
              HasSubstr(R"({"blue": {"addresses": ["192.168.0.62/LENGTH"]}})"));
  EXPECT_THAT(diagnostics[1].message, HasSubstr("says fd00::62 without"));
}

TEST(StatusInPlan, AMistakeRefusesOnlyTheNicThatNeedsIt) {
  Scene scene;
  NetworkStatus::Interface mistaken{
      .name = "ns1/other", .interface = "eth0", .mistake = "network-status[0].mac: too long"};
  scene.input.network_status.interfaces = {mistaken, blue_status({})};
  EXPECT_THAT(scene.plan().diagnostics, IsEmpty()) << "another NIC's";

  mistaken.interface = link_names("blue").pod.str();
  scene.input.network_status.interfaces = {mistaken};
  EXPECT_THAT(networks_awaiting_status(scene.input), IsEmpty()) << "it is there";
  const Diagnostics needed = scene.plan().diagnostics;
  ASSERT_EQ(needed.size(), 1U);
  EXPECT_EQ(needed[0].severity, Severity::kError);
  EXPECT_EQ(needed[0].network, "blue");
  EXPECT_THAT(needed[0].message, HasSubstr("[0].mac: too long"));

  scene.park("blue", {IpPrefix::parse("192.168.0.62/26")});
  const NetworkPlan recorded = scene.plan();
  ASSERT_EQ(recorded.diagnostics.size(), 1U);
  EXPECT_EQ(recorded.diagnostics[0].severity, Severity::kWarning);
  EXPECT_EQ(recorded.attachments.at(0).addresses.size(), 1U);
}

TEST(StatusInPlan, IsWeakerThanAllElse) {
  const auto plan_with = [](auto&& change) {
    Scene scene;
    scene.input.network_status.interfaces = {blue_status({"192.168.0.99"})};
    change(scene);
    return scene.plan();
  };
  const NetworkPlan parked =
      plan_with([](Scene& scene) { scene.park("blue", {IpPrefix::parse("192.168.0.62/26")}); });
  EXPECT_THAT(parked.diagnostics, IsEmpty()) << "the record is the plugin's whole word";
  EXPECT_EQ(to_string(parked.attachments.at(0).addresses.at(0)), "192.168.0.62/26 (record)");
  EXPECT_EQ(parked.attachments[0].dns.servers.size(), 1U) << "which had none";
  EXPECT_THAT(parked.attachments[0].routes, IsEmpty());

  const NetworkPlan stayed = plan_with([](Scene& scene) {
    scene.pod_link("blue").addresses = {IpPrefix::parse("192.168.0.62/26")};
  });
  EXPECT_EQ(to_string(stayed.attachments.at(0).addresses.at(0)), "192.168.0.62/26 (pod interface)");
  ASSERT_EQ(stayed.diagnostics.size(), 2U) << "of the address, and of the gateway";
  EXPECT_EQ(stayed.diagnostics[0].severity, Severity::kWarning);
  EXPECT_THAT(stayed.diagnostics[0].message,
              HasSubstr("hides those of the network-status: 192.168.0.99"));

  const NetworkPlan asked = plan_with([](Scene& scene) {
    scene.input.vmi.networks_annotation =
        R"({"blue":{"addresses":["192.168.0.99/24"],"gateway4":"192.168.0.2"}})";
  });
  EXPECT_THAT(asked.diagnostics, IsEmpty()) << "they agree";
}

TEST(StatusInPlan, KnowsMacAndMtuWhereNothingElseDoes) {
  Scene scene;
  scene.remove_link(link_names("blue").pod);
  NetworkStatus::Interface blue = blue_status({});
  blue.mac = Mac::parse("02:00:00:00:00:77");
  blue.mtu = 1400;
  scene.input.network_status.interfaces = {blue};
  const Attachment attachment = scene.plan().attachments.at(0);
  EXPECT_EQ(attachment.mac, *blue.mac);
  EXPECT_EQ(attachment.mac_source, MacSource::kNetworkStatus);
  EXPECT_EQ(attachment.mtu, 1400U);
}

TEST(StatusInPlan, IsAwaitedForNicsOfWhichNothingElseSpeaks) {
  Scene scene({"blue", "red", "green", "white", "black"});
  scene.park("red", {});
  scene.pod_link("green").addresses = {IpPrefix::parse("192.168.0.62/26")};
  scene.input.vmi.networks_annotation = R"({"white":{"ipv4":"dhcp"}})";
  scene.interface("black").plugin = "patchbay-dhcp";
  EXPECT_THAT(networks_awaiting_status(scene.input), ElementsAre("blue"));
  scene.input.network_status.interfaces = {blue_status({})};
  EXPECT_THAT(networks_awaiting_status(scene.input), IsEmpty());
  scene.input.network_status.interfaces[0].interface = "";
  EXPECT_THAT(networks_awaiting_status(scene.input), IsEmpty()) << "known by its NAD, too";
}

}  // namespace
}  // namespace patchbay
