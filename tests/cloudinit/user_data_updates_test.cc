// `updates` is added to a plain cloud-config and to nothing else. What cloud-init itself makes of
// the texts is in tests/merge_oracle_test.py.
#include "cloudinit/user_data_updates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cloudinit/scenes.h"

namespace patchbay::cloudinit {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Spliced with_network_updates(std::string_view text) {
  return UserData(text).with_network_updates();
}
std::string network_files(std::string_view text) { return UserData(text).network_files(); }

const std::string kUpdates = "updates:\n  network:\n    when:\n      - boot\n";

TEST(NetworkUpdates, EveryScene) {
  EXPECT_GE(each_scene("cloudinit/user_data", with_network_updates), 15);
}

TEST(NetworkUpdates, StandBelowTheHeader) {
  for (const std::string rest :
       {"hostname: x\n", "\n# mine\n\nhostname: x", "---\nhostname: x\n...\n", "{}\n", ""}) {
    const Spliced result = with_network_updates("#cloud-config\n" + rest);
    ASSERT_EQ(result.insertions.size(), 1U) << rest << result.problem;
    EXPECT_THAT(result.problem, IsEmpty());
  }
  EXPECT_EQ(with_network_updates("#cloud-config\n# mine\nhostname: x\n").text,
            "#cloud-config\n" + kUpdates + "# mine\nhostname: x\n");
  EXPECT_EQ(with_network_updates("#cloud-config\n---\nhostname: x\n").text,
            "#cloud-config\n---\n" + kUpdates + "hostname: x\n");
  EXPECT_EQ(with_network_updates("#cloud-config\n{}\n").text,
            "#cloud-config\n{updates: {network: {when: [boot]}}}\n");
}

TEST(NetworkUpdates, FollowTheirStyle) {
  EXPECT_EQ(
      with_network_updates("#cloud-config\r\nusers:\r\n- name: x\r\nchpasswd:\r\n    a: b").text,
      "#cloud-config\r\nupdates:\r\n    network:\r\n        when:\r\n        - boot\r\n"
      "users:\r\n- name: x\r\nchpasswd:\r\n    a: b");
}

TEST(NetworkUpdates, BlankUserDataBecomesACloudConfig) {
  EXPECT_EQ(with_network_updates("").text, "#cloud-config\n" + kUpdates);
  EXPECT_EQ(with_network_updates("\n").text, "#cloud-config\n" + kUpdates + "\n");
  EXPECT_EQ(with_network_updates("#cloud-config").text, "#cloud-config\n" + kUpdates);
  EXPECT_EQ(with_network_updates("\n #Cloud-Config \n").text, "\n #Cloud-Config \n" + kUpdates);
}

TEST(NetworkUpdates, ABlockScalarWithTabsIsNoObstacle) {
  const std::string rest = "write_files:\n- path: /Makefile\n  content: |\n    all:\n    \tcc\n";
  EXPECT_EQ(with_network_updates("#cloud-config\n" + rest).text,
            "#cloud-config\nupdates:\n  network:\n    when:\n    - boot\n" + rest);
}

TEST(NetworkUpdates, NothingElseIsTouched) {
  const std::string not_plain = "it is not a plain cloud-config";
  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"#!/bin/sh\n#cloud-config\n", not_plain},
           {"## template: jinja\n#cloud-config\na: {{ b }}\n", not_plain},
           {"#cloud-config-archive\n- a\n", not_plain},
           {"#cloud-config-jsonp\n[]\n", not_plain},
           {"#cloud-boothook\n", not_plain},
           {"#include\nhttps://x\n", not_plain},
           {"#part-handler\n", not_plain},
           {"Content-Type: multipart/mixed\nMIME-Version: 1.0\n\n", not_plain},
           {"#cloud-config\n# MIME-Version: 1.0\na: b\n", not_plain},
           {"hostname: x\n", not_plain},
           {"\x1f\x8b\x08", not_plain},
           {"\t\n", not_plain},
           {"#cloud-config\nupdates:\n", "it has \"updates\" of its own"},
           {"#cloud-config\n'updates': {network: {when: []}}\n", "it has \"updates\" of its own"},
           {"#cloud-config\n{hostname: x}\n", "it is in flow style"},
           {"#cloud-config\n- a\n", "it has something else"},
           {"#cloud-config\na: b\n---\nc: d\n", "it holds several documents"},
           {"#cloud-config\na: b\n c: d\n", "it is not YAML"},
           {"#cloud-config\na: &a {updates: {}}\n<<: *a\n", "it has a merge key"}}) {
    const Spliced result = with_network_updates(text);
    EXPECT_EQ(result.text, text);
    EXPECT_THAT(result.insertions, IsEmpty());
    EXPECT_THAT(result.problem, HasSubstr(problem)) << text;
  }
}

TEST(WritesNetworkFiles, InWhatACloudConfigWritesAndRuns) {
  EXPECT_EQ(network_files("#cloud-config\n"
                          "write_files:\n"
                          "- path: /etc/motd\n"
                          "- content: x\n"
                          "  path: /etc/sysconfig/network-scripts/ifcfg-eth1\n"),
            "line 5 (/etc/sysconfig/network-scripts/ifcfg-eth1)");
  EXPECT_EQ(network_files("#cloud-config\nruncmd:\n- ls\n- [nmcli, con, add]\n"), "line 4 (nmcli)");
  EXPECT_EQ(network_files("#cloud-config\nbootcmd:\n- cp x /etc/netplan/50.yaml\n"),
            "line 3 (/etc/netplan/50.yaml)");
  for (const std::string nothing :
       {"", "#cloud-config\n", "#cloud-config\n# /etc/netplan\nhostname: nmcli\n",
        "#cloud-config\nwrite_files:\nruncmd: 3\nbootcmd: {}\n"}) {
    EXPECT_THAT(network_files(nothing), IsEmpty()) << nothing;
  }
}

TEST(WritesNetworkFiles, EachOnceUpToFive) {
  EXPECT_EQ(network_files("#cloud-config\n"
                          "write_files:\n"
                          "- path: \"/etc/netplan/60-a.yaml\"\n"
                          "runcmd:\n"
                          "- chmod 600 /etc/netplan/60-a.yaml; nmcli con up a\n"
                          "- cat /etc/NetworkManager/system-connections/b.nmconnection\n"),
            "line 3 (/etc/netplan/60-a.yaml), line 5 (nmcli), "
            "line 6 (/etc/NetworkManager/system-connections/b.nmconnection)");
  std::string many = "#!/bin/sh\n";
  for (int n = 1; n <= 7; ++n) {
    many += "cat > /etc/sysconfig/network/ifcfg-eth" + std::to_string(n) + "\n";
  }
  EXPECT_THAT(network_files(many),
              AllOf(HasSubstr("line 6 (/etc/sysconfig/network/ifcfg-eth5), 2 more"),
                    Not(HasSubstr("ifcfg-eth6"))));
}

TEST(WritesNetworkFiles, OnWindows) {
  EXPECT_EQ(network_files("#ps1_sysnative\nnew-netIPAddress -IPAddress 10.0.0.5\n"
                          "netsh interface ip set dns\n"),
            "line 2 (new-netIPAddress), line 3 (netsh)");
}

TEST(WritesNetworkFiles, AnywhereInOtherKinds) {
  EXPECT_EQ(network_files("#!/bin/sh\necho > /etc/systemd/network/10-x.network\n"),
            "line 2 (/etc/systemd/network/10-x.network)");
  EXPECT_EQ(network_files("#cloud-config\na: [\n/etc/network/interfaces.d/x\n"),
            "line 3 (/etc/network/interfaces.d/x)");
}

}  // namespace
}  // namespace patchbay::cloudinit
