// What --check tells a person.
#include "sidecar/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sidecar/support.h"

namespace patchbay::sidecar {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kSocket[] = "/var/run/kubevirt-hooks/patchbay-patchbay-0a1b2c3d.sock";

CheckSources good() {
  return {.registration = "patchbay",
          .container = "hook-sidecar-0",
          .socket_dir = "/var/run/kubevirt-hooks",
          .listening = [] { return std::vector<std::string>{kSocket}; },
          .pod_state = [] { return pod_with("data"); },
          .network_info =
              [] { return R"({"interfaces":[{"network":"data","mac":"02:00:00:00:00:62"}]})"; },
          .network_status = [] { return std::nullopt; }};
}

TEST(CheckTest, TellsWhatIsThere) {
  const CheckReport report = check(good());
  EXPECT_TRUE(report.ok) << report.text;
  EXPECT_THAT(report.text,
              AllOf(HasSubstr("ok       program         patchbay-sidecar " PATCHBAY_VERSION
                              ", profile patchbay (PATCHBAY_PROFILE is not set)\n"),
                    HasSubstr(kSocket),
                    HasSubstr("ok       record          pod3a6eb0790f3: guest MAC "
                              "02:00:00:00:00:62, backend redirect (veth), 192.168.0.62/26, 2 "
                              "routes, IPAM static\n"),
                    HasSubstr("ok       network-info    data: MAC 02:00:00:00:00:62\n"),
                    HasSubstr("network-status  not mounted: not needed")));
  EXPECT_THAT(report.text, Not(HasSubstr("PROBLEM")));
}

TEST(CheckTest, NamesEachProblemAndGoesOn) {
  CheckSources sources = good();
  sources.registration = "my-net";
  sources.plugin_socket = "/var/run/kubevirt-plugin/patchbay/patchbay.sock";
  sources.pod_state = [] {
    PodState pod = pod_with("data");
    pod.links.back().alias = R"({"v":2})";
    return pod;
  };
  sources.network_info = [] { return "{"; };
  sources.network_status = []() -> std::optional<std::string> {
    throw Error(Errc::kIo, "Permission denied", "/etc/patchbay/network-status");
  };
  const CheckReport report = check(sources);
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(
      report.text,
      AllOf(HasSubstr("PROBLEM  registration    KubeVirt has this sidecar registered as"),
            HasSubstr("PROBLEM  socket          /var/run/kubevirt-plugin/patchbay/"),
            HasSubstr("PROBLEM  record          alias of link pb3a6eb0790f3: record.v: "
                      "expected record version 1, found 2"),
            HasSubstr("PROBLEM  network-info    "),
            HasSubstr("PROBLEM  network-status  /etc/patchbay/network-status: Permission")));
}

TEST(CheckTest, AServedPluginIsEnough) {
  CheckSources sources = good();
  sources.plugin_socket = "/var/run/kubevirt-plugin/patchbay/patchbay.sock";
  sources.listening = [&] { return std::vector<std::string>{sources.plugin_socket}; };
  EXPECT_TRUE(check(sources).ok);
  sources.plugin_socket.clear();
  sources.listening = [] { return std::vector<std::string>{"/run/other.sock"}; };
  EXPECT_THAT(check(sources).text, HasSubstr("PROBLEM  socket          nobody listens"));
}

TEST(CheckTest, TellsWhatEachFindingMeans) {
  CheckSources sources = good();
  sources.profile = "patchbay-dhcp";
  sources.registration = "";
  sources.container = "";
  sources.pod_state = [] {
    PodState pod;
    pod.links = {make_link("pod3a6eb0790f3", "veth", "02:00:00:00:00:62")};
    pod.links[0].addresses = {IpPrefix::parse("192.168.0.62/26")};
    return pod;
  };
  sources.network_info = [] { return ""; };
  sources.network_status = [] {
    return R"([{"name":"default/data","interface":"pod3a6eb0790f3","ips":["192.168.0.62"]}])";
  };
  sources.listening = [] {
    return std::vector<std::string>{"/var/run/kubevirt-hooks/patchbay-patchbay-dhcp-00000000.sock"};
  };
  const CheckReport report = check(sources);
  EXPECT_TRUE(report.ok) << report.text;
  EXPECT_THAT(report.text,
              AllOf(HasSubstr("KubeVirt before v1.9"), HasSubstr("KubeVirt v1.5"),
                    HasSubstr("note     pod interface   pod3a6eb0790f3 has 192.168.0.62/26"),
                    HasSubstr("note     record          none in this pod"),
                    HasSubstr("note     network-info    mounted, and lists nothing yet"),
                    HasSubstr("pod3a6eb0790f3 of default/data: 192.168.0.62, used where")));
}

TEST(CheckTest, ASidecarThatKubeVirtSeesElsewhereIsNotThisOne) {
  CheckSources sources = good();
  sources.socket_dir = "/var/run/other";
  const CheckReport report = check(sources);
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.text, AllOf(HasSubstr(std::string(kSocket) + ": another sidecar of this pod"),
                                 HasSubstr("PROBLEM  socket          nobody listens")));
}

TEST(CheckTest, DrivesNoTerminal) {
  CheckSources sources = good();
  sources.network_info = [] { return R"({"interfaces":[{"network":"\u001b[2J"}]})"; };
  EXPECT_THAT(check(sources).text, AllOf(HasSubstr("\\x1b[2J"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace patchbay::sidecar
