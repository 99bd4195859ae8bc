#include "cloudinit/v2_text.h"

#include <gtest/gtest.h>

namespace patchbay::cloudinit {
namespace {

V2Entry full() {
  V2Entry nic;
  nic.id = "blue";
  nic.mac = "02:00:00:00:00:01";
  nic.dhcp4 = true;
  nic.dhcp6 = false;
  nic.accept_ra = true;
  nic.dhcp_metric = 50;
  nic.addresses = {"fd00::62/64", "fd00::63/64"};
  nic.gateway6 = "fd00::1";
  nic.routes = {{"10.0.0.0/8", "192.168.0.3", 100}};
  nic.mtu = 1450;
  nic.dns_servers = {"10.0.0.53"};
  nic.dns_search = {"corp.example"};
  return nic;
}

TEST(V2Text, NoNicsAreAnEmptyMap) {
  EXPECT_EQ(v2_text({}), "network:\n  version: 2\n  ethernets:\n    {}\n");
}

TEST(V2Text, KeysComeInFixedOrder) {
  EXPECT_EQ(v2_text({full()}), R"(network:
  version: 2
  ethernets:
    blue:
      match:
        macaddress: "02:00:00:00:00:01"
      dhcp4: true
      dhcp4-overrides:
        route-metric: 50
      dhcp6: false
      accept-ra: true
      addresses:
        - "fd00::62/64"
        - "fd00::63/64"
      gateway6: "fd00::1"
      routes:
        - to: "10.0.0.0/8"
          via: "192.168.0.3"
          metric: 100
      mtu: 1450
      nameservers:
        addresses:
          - "10.0.0.53"
        search:
          - "corp.example"
)");
}

TEST(V2Text, AHostileStringStaysOneString) {
  V2Entry nic;
  nic.id = "a: b\n#";
  nic.set_name = true;
  nic.dns_search = {"x\"\n    evil: {"};
  EXPECT_EQ(v2_text({nic}), R"(network:
  version: 2
  ethernets:
    "a: b\n#":
      match:
        {}
      set-name: "a: b\n#"
      nameservers:
        search:
          - "x\"\n    evil: {"
)");
}

TEST(V2Text, SnippetsAreOneLine) {
  EXPECT_EQ(v2_snippet(full()),
            "blue: {match: {macaddress: \"02:00:00:00:00:01\"}, dhcp4: true, dhcp4-overrides: "
            "{route-metric: 50}, dhcp6: false, accept-ra: true, addresses: [\"fd00::62/64\", "
            "\"fd00::63/64\"], gateway6: \"fd00::1\", routes: [{to: \"10.0.0.0/8\", via: "
            "\"192.168.0.3\", metric: 100}], mtu: 1450, nameservers: {addresses: [\"10.0.0.53\"], "
            "search: [\"corp.example\"]}}");
  EXPECT_EQ(v1_snippet(full()),
            "- {type: physical, name: \"blue\", mac_address: \"02:00:00:00:00:01\", mtu: 1450, "
            "subnets: [{type: dhcp4, dns_nameservers: [\"10.0.0.53\"], dns_search: "
            "[\"corp.example\"], routes: [{destination: \"10.0.0.0/8\", gateway: \"192.168.0.3\", "
            "metric: 100}]}, {type: ipv6_slaac}, {type: static, address: \"fd00::62/64\", gateway: "
            "\"fd00::1\"}, {type: static, address: \"fd00::63/64\"}]}");
}

}  // namespace
}  // namespace patchbay::cloudinit
