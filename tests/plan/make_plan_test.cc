#include "plan/make_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "plan/error.h"
#include "plan/names.h"
#include "tests/plan/scene.h"
#include "tests/test_files.h"

namespace patchbay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> texts(const Diagnostics& diagnostics) {
  std::vector<std::string> out;
  for (const Diagnostic& each : diagnostics) out.push_back(to_string(each));
  return out;
}

TEST(MakePlan, HandsTheRecordToTheGuest) {
  Scene scene;
  scene.park("blue", {IpPrefix::parse("192.168.0.62/26"), IpPrefix::parse("fd00::62/64")},
             {route("10.0.0.0/8", "192.168.0.3")}, {{IpAddress::parse("10.0.0.53")}, {}, {}});
  const NetworkPlan plan = scene.plan();
  EXPECT_THAT(texts(plan.diagnostics), IsEmpty());
  EXPECT_EQ(plan.vmi, "ns1/vm1");
  ASSERT_EQ(plan.attachments.size(), 1U);
  const Attachment& blue = plan.attachments[0];
  EXPECT_EQ(blue.network, "blue");
  EXPECT_EQ(blue.nad, "ns1/blue-nad");
  EXPECT_TRUE(blue.ours);
  EXPECT_EQ(blue.pod_interface, link_names("blue").pod);
  EXPECT_EQ(blue.tap, link_names("blue").tap);
  EXPECT_EQ(blue.backend, Backend::kRedirect);
  EXPECT_EQ(blue.mac, Mac::parse(kBlueMac));
  EXPECT_EQ(blue.mac_source, MacSource::kRecord);
  EXPECT_EQ(blue.mtu, 1450U);
  EXPECT_EQ(blue.ipv4, Ipv4Method::kStatic);
  EXPECT_EQ(blue.ipv6, Ipv6Method::kStatic);
  EXPECT_EQ(blue.addresses.size(), 2U);
  EXPECT_EQ(blue.addresses[0].source, Source::kRecord);
  EXPECT_EQ(blue.routes.size(), 1U);
  EXPECT_EQ(blue.dns.servers.size(), 1U);
  EXPECT_EQ(blue.ipam, "static");
  EXPECT_EQ(blue.domain.model, "virtio-non-transitional");
  EXPECT_TRUE(blue.domain.rom_off);
  EXPECT_EQ(plan.default_route, "default");
  EXPECT_EQ(
      plan.others,
      (std::vector<OtherNic>{{"default", "masquerade", Mac::parse("02:00:00:0a:0b:0c"), {}}}));
}

TEST(MakePlan, AsksDhcpWhereNobodySaysAnything) {
  Scene scene;
  scene.park("blue", {});
  const Attachment blue = scene.plan().attachments.at(0);
  EXPECT_EQ(blue.ipv4, Ipv4Method::kDhcp);
  EXPECT_EQ(blue.ipv6, Ipv6Method::kNone) << "IPv6 only if asked";
  EXPECT_EQ(blue.dhcp_metric, 2001U) << "the pod network keeps the default route";
}

TEST(MakePlan, DoesNotAskDhcpBesideAnIpv6Address) {
  Scene scene;
  scene.park("blue", {IpPrefix::parse("fd00::62/64")});
  EXPECT_EQ(scene.plan().attachments.at(0).ipv4, Ipv4Method::kNone);
}

TEST(MakePlan, PrefersTheAnnotationAndSaysWhatItHides) {
  Scene scene;
  scene.park("blue", {IpPrefix::parse("192.168.0.70/26")}, {route("0.0.0.0/0", "192.168.0.1")},
             {{IpAddress::parse("10.0.0.53")}, {}, {}});
  scene.input.vmi.networks_annotation =
      R"({"blue":{"addresses":["192.168.0.62/26"],"gateway4":"192.168.0.2","guestName":"ens192"}})";
  const NetworkPlan plan = scene.plan();
  const Attachment& blue = plan.attachments.at(0);
  EXPECT_EQ(
      blue.addresses,
      (std::vector<PlannedAddress>{{IpPrefix::parse("192.168.0.62/26"), Source::kAnnotation}}));
  ASSERT_EQ(blue.routes.size(), 1U);
  EXPECT_EQ(blue.routes[0].via, IpAddress::parse("192.168.0.2"));
  EXPECT_EQ(blue.dns.servers.size(), 1U) << "the annotation says nothing of DNS";
  EXPECT_EQ(blue.guest_name, "ens192");
  ASSERT_EQ(plan.diagnostics.size(), 2U);
  EXPECT_THAT(to_string(plan.diagnostics[0]),
              HasSubstr("annotation says IPv4 addresses 192.168.0.62/26, which hides those of the "
                        "record: 192.168.0.70/26"));
  EXPECT_THAT(to_string(plan.diagnostics[1]), HasSubstr("IPv4 routes 0.0.0.0/0 via 192.168.0.2"));
  EXPECT_EQ(plan.diagnostics[0].severity, Severity::kWarning);
}

TEST(MakePlan, IsSilentWhereAnnotationAndRecordAgree) {
  Scene scene;
  scene.park("blue", {IpPrefix::parse("192.168.0.62/26")}, {route("0.0.0.0/0", "192.168.0.2")});
  scene.input.vmi.networks_annotation =
      R"({"blue":{"addresses":["192.168.0.62/26"],"gateway4":"192.168.0.2"}})";
  EXPECT_THAT(texts(scene.plan().diagnostics), IsEmpty());
}

TEST(MakePlan, NeverTakesAGatewayFromAWeakerSourceThanTheAddress) {
  Scene scene;
  scene.park("blue", {IpPrefix::parse("192.168.0.70/26")}, {route("0.0.0.0/0", "192.168.0.1")});
  scene.input.vmi.networks_annotation = R"({"blue":{"addresses":["10.9.9.9/24"]}})";
  const NetworkPlan plan = scene.plan();
  EXPECT_THAT(plan.attachments.at(0).routes, IsEmpty());
  EXPECT_EQ(plan.diagnostics.size(), 2U);
}

TEST(MakePlan, TakesEachFamilyFromItsOwnSource) {
  Scene scene;
  scene.park("blue", {IpPrefix::parse("192.168.0.70/26"), IpPrefix::parse("fd00::70/64")});
  scene.input.vmi.networks_annotation = R"({"blue":{"addresses":["fd00::62/64"]}})";
  const Attachment blue = scene.plan().attachments.at(0);
  ASSERT_EQ(blue.addresses.size(), 2U);
  EXPECT_EQ(blue.addresses[0],
            (PlannedAddress{IpPrefix::parse("192.168.0.70/26"), Source::kRecord}));
  EXPECT_EQ(blue.addresses[1],
            (PlannedAddress{IpPrefix::parse("fd00::62/64"), Source::kAnnotation}));
}

TEST(MakePlan, LetsTheAnnotationAskDhcpOrNothing) {
  Scene scene;
  scene.park("blue", {IpPrefix::parse("192.168.0.70/26")}, {route("0.0.0.0/0", "192.168.0.1")});
  scene.input.vmi.networks_annotation = R"({"blue":{"ipv4":"dhcp","ipv6":"auto"}})";
  Attachment blue = scene.plan().attachments.at(0);
  EXPECT_EQ(blue.ipv4, Ipv4Method::kDhcp);
  EXPECT_EQ(blue.ipv6, Ipv6Method::kAuto);
  EXPECT_THAT(blue.addresses, IsEmpty());
  EXPECT_THAT(blue.routes, IsEmpty());
  scene.input.vmi.networks_annotation = R"({"blue":{"ipv4":"none"}})";
  EXPECT_EQ(scene.plan().attachments.at(0).ipv4, Ipv4Method::kNone);
}

TEST(MakePlan, TakesAddressesThatStayedOnThePodInterface) {
  Scene scene;
  scene.pod_link("blue").addresses = {IpPrefix::parse("192.168.0.62/26")};
  const NetworkPlan plan = scene.plan();
  const Attachment& blue = plan.attachments.at(0);
  EXPECT_EQ(blue.backend, Backend::kTap);
  EXPECT_EQ(
      blue.addresses,
      (std::vector<PlannedAddress>{{IpPrefix::parse("192.168.0.62/26"), Source::kPodInterface}}));
  EXPECT_EQ(blue.mac_source, MacSource::kPodInterface);
}

TEST(MakePlan, WarnsOfOneAddressOnTwoNetworks) {
  Scene scene({"blue", "red"});
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24")});
  scene.park("red", {IpPrefix::parse("10.0.0.2/16")});
  const NetworkPlan plan = scene.plan();
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_EQ(plan.diagnostics[0].severity, Severity::kWarning);
  EXPECT_THAT(to_string(plan.diagnostics[0]),
              HasSubstr("has 10.0.0.2/16 (record), and so has network \"blue\""));
}

TEST(MakePlan, OpensThePodInterfaceThatIsATapOrMacvtapWithoutARecord) {
  Scene scene;
  const LinkNames names = link_names("blue");
  scene.remove_link(names.tap);
  for (const auto& [kind, backend, reason] :
       {std::tuple(kTapKind, Backend::kTap, names.pod.str() + " is a tap, without a record"),
        std::tuple(kMacvtapKind, Backend::kMacvtap,
                   names.pod.str() + " is a macvtap, without a record")}) {
    scene.pod_link("blue").kind = kind;
    const NetworkPlan plan = scene.plan();
    const Attachment& blue = plan.attachments.at(0);
    EXPECT_EQ(blue.backend, backend);
    EXPECT_EQ(blue.backend_reason, reason);
    EXPECT_EQ(blue.tap, names.pod);
  }
}

TEST(MakePlan, NeverTakesTheMasqueradeNicsPodAddressForTheGuests) {
  Scene scene{std::vector<std::string>{}};
  scene.input.pod.links[0].addresses = {IpPrefix::parse("10.244.0.12/24")};
  scene.input.vmi.networks_annotation = R"({"default":{"guestName":"mgmt0"}})";
  const Attachment pod_network = scene.plan().attachments.at(0);
  EXPECT_EQ(pod_network.backend, Backend::kCore);
  EXPECT_FALSE(pod_network.ours);
  EXPECT_EQ(pod_network.ipv4, Ipv4Method::kDhcp);
  EXPECT_THAT(pod_network.addresses, IsEmpty());
  EXPECT_EQ(pod_network.dhcp_metric, std::nullopt) << "it is the preferred one";
}

TEST(MakePlan, FindsTheMacInOrder) {
  Scene scene;
  scene.park("blue", {});
  scene.input.network_info.interfaces.push_back({"blue", "", Mac::parse("02:00:00:00:00:99"), {}});
  EXPECT_EQ(scene.plan().attachments.at(0).mac_source, MacSource::kNetworkInfo);
  scene.interface("blue").guest_mac = Mac::parse("02:00:00:00:00:99");
  EXPECT_EQ(scene.plan().attachments.at(0).mac_source, MacSource::kStatus)
      << "a guest that comes over in a migration keeps its MAC, whatever the target's pod has";
  scene.interface("blue").mac = Mac::parse(kBlueMac);
  EXPECT_EQ(scene.plan().attachments.at(0).mac_source, MacSource::kSpec);
}

TEST(MakePlan, RefusesASpecMacThatMacvlanDoesNotTake) {
  Scene scene;
  scene.park("blue", {});
  scene.interface("blue").mac = Mac::parse("02:00:00:00:00:77");
  NetworkPlan plan = scene.plan();
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_EQ(plan.diagnostics[0].severity, Severity::kWarning) << "a veth takes any";
  scene.pod_link("blue").kind = "macvlan";
  plan = scene.plan();
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_EQ(plan.diagnostics[0].severity, Severity::kError);
  EXPECT_THAT(to_string(plan.diagnostics[0]), HasSubstr("02:00:00:00:00:77"));
  EXPECT_THAT(to_string(plan.diagnostics[0]), HasSubstr(std::string(kBlueMac)));
  scene.interface("blue").mac.reset();
  plan = scene.plan();
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_THAT(to_string(plan.diagnostics[0]), HasSubstr("migration"));
}

TEST(MakePlan, SaysWhatIsMissingInThePod) {
  Scene scene;
  scene.remove_link(link_names("blue").tap);
  NetworkPlan plan = scene.plan();
  EXPECT_THAT(plan.attachments, IsEmpty());
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_THAT(to_string(plan.diagnostics[0]), HasSubstr("error: network \"blue\""));
  EXPECT_THAT(to_string(plan.diagnostics[0]), HasSubstr(link_names("blue").tap.str()));
  EXPECT_THAT(to_string(plan.diagnostics[0]), HasSubstr("networkAttachmentDefinition"));
  scene.remove_link(link_names("blue").pod);
  scene.input.pod.links.push_back(link("net1", "veth", kBlueMac));
  EXPECT_THAT(to_string(scene.plan().diagnostics.at(0)), HasSubstr("restart the VM"));
}

TEST(MakePlan, RefusesThePodNetwork) {
  const Vmi vmi = parse_vmi(read_text(fixtures() / "20-plugin-primary-pod-network" / "vmi.json"));
  const NetworkPlan plan = make_plan({vmi, {}, {}});
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_THAT(to_string(plan.diagnostics[0]), HasSubstr("masquerade: {}"));
}

TEST(MakePlan, RefusesABrokenOrForeignRecord) {
  Scene scene;
  scene.park("blue", {});
  scene.input.pod.links.back().alias = R"({"v":9})";
  EXPECT_THAT(to_string(scene.plan().diagnostics.at(0)), HasSubstr("expected record version 1"));
  EXPECT_TRUE(has_errors(scene.plan().diagnostics));
  scene.input.pod.links.back().alias = R"({"v":1,"mac":"02:00:00:00:00:0b","backend":"teleport"})";
  EXPECT_THAT(to_string(scene.plan().diagnostics.at(0)), HasSubstr("\"teleport\""));
}

TEST(MakePlan, RefusesAnAnnotationForANetworkThatIsNotThere) {
  Scene scene;
  scene.park("blue", {});
  scene.input.vmi.networks_annotation = R"({"bleu":{"ipv4":"dhcp"}})";
  const NetworkPlan plan = scene.plan();
  ASSERT_EQ(plan.diagnostics.size(), 1U);
  EXPECT_THAT(to_string(plan.diagnostics[0]), HasSubstr("did you mean \"blue\"?"));
  EXPECT_EQ(plan.diagnostics[0].severity, Severity::kError);
}

TEST(MakePlan, RefusesAnMtuThatTheNetworkDoesNotCarry) {
  Scene scene;
  scene.park("blue", {});
  scene.input.vmi.networks_annotation = R"({"blue":{"mtu":9000}})";
  EXPECT_THAT(to_string(scene.plan().diagnostics.at(0)), HasSubstr("asks for 9000"));
  scene.input.vmi.networks_annotation = R"({"blue":{"mtu":1400}})";
  EXPECT_EQ(scene.plan().attachments.at(0).mtu, 1400U);
  EXPECT_THAT(texts(scene.plan().diagnostics), IsEmpty());
}

TEST(MakePlan, RefusesOneGuestNameForTwo) {
  Scene scene({"blue", "red"});
  scene.park("blue", {});
  scene.park("red", {});
  scene.input.vmi.networks_annotation =
      R"({"blue":{"guestName":"ens1"},"red":{"guestName":"ens1"}})";
  EXPECT_THAT(to_string(scene.plan().diagnostics.at(0)), HasSubstr("\"ens1\" is the name of"));
}

TEST(MakePlan, LeavesHotUnpluggedInterfacesOut) {
  Scene scene;
  scene.interface("blue").state = "absent";
  scene.input.pod.links.resize(1);
  const NetworkPlan plan = scene.plan();
  EXPECT_THAT(plan.attachments, IsEmpty());
  EXPECT_THAT(texts(plan.diagnostics), IsEmpty());
}

TEST(MakePlan, TwoNicsOfOneMacAreToldApartByNobody) {
  Scene scene({"blue", "red"});
  EXPECT_FALSE(has_errors(scene.plan().diagnostics));
  scene.interface("red").mac = Mac::parse(kBlueMac);
  EXPECT_THAT(texts(scene.plan().diagnostics),
              testing::Contains(HasSubstr("has the MAC 02:00:00:00:00:0b, and so has network "
                                          "\"blue\": the guest could not tell them apart")));
}

TEST(MakePlan, AMacBehindMacspoofchkIsThePods) {
  Scene scene;
  scene.park("blue", {});
  Record record = *find_record(scene.input.pod, link_names("blue").record);
  record.wiring.mac_spoof_check = true;
  scene.input.pod.links.back().alias = to_json(record);
  EXPECT_THAT(texts(scene.plan().diagnostics),
              testing::Contains(HasSubstr("passes only its own MAC (macspoofchk)")));
  scene.interface("blue").mac = Mac::parse("02:00:00:00:00:77");
  EXPECT_TRUE(has_errors(scene.plan().diagnostics));
  EXPECT_THAT(texts(scene.plan().diagnostics),
              testing::Contains(HasSubstr("macspoofchk drops what another MAC sends")));
}

TEST(MakePlan, APortOfAnInPodBridgeIsKnownByItsRecord) {
  Scene scene;
  scene.park("blue", {});
  scene.interface("blue").mac = Mac::parse(kBlueMac);
  scene.pod_link("blue").mac = Mac::parse("42:00:00:00:00:0b");
  EXPECT_THAT(texts(scene.plan().diagnostics), IsEmpty());
}

TEST(NetworkPlan, RoundTripsThroughItsCanonicalJson) {
  Scene scene({"blue", "red"});
  scene.park("blue", {IpPrefix::parse("10.0.0.2/24"), IpPrefix::parse("fd00::2/64")},
             {route("0.0.0.0/0", "10.0.0.1")}, {{IpAddress::parse("10.0.0.53")}, {"a.b"}, {"x"}});
  scene.park("red", {});
  scene.interface("blue").mac = Mac::parse("02:00:00:00:00:77");
  scene.interface("blue").boot_order = 2;
  scene.interface("blue").acpi_index = 101;
  scene.interface("blue").pci_address = PciAddress::parse("0000:81:00.1");
  scene.interface("red").state = "down";
  scene.input.vmi.networks_annotation = R"({"red":{"guestName":"ens5","defaultRoute":true}})";
  const NetworkPlan plan = scene.plan();
  EXPECT_FALSE(plan.diagnostics.empty());
  const std::string json = to_json(plan);
  EXPECT_EQ(parse_network_plan(json), plan);
  EXPECT_EQ(to_json(parse_network_plan(json)), json);
  EXPECT_THROW(parse_network_plan("{}"), Error);
  std::string other = json;
  other.replace(other.find("\"schema\": 1"), 11, "\"schema\": 2");
  EXPECT_THROW(parse_network_plan(other), Error);
}

}  // namespace
}  // namespace patchbay
