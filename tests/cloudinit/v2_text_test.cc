#include "cloudinit/v2_text.h"

#include <gtest/gtest.h>

namespace patchbay::cloudinit {
namespace {

GuestNic full() {
  GuestNic nic;
  nic.id = "blue";
  nic.mac = Mac::parse("02:00:00:00:00:01");
  nic.dhcp4 = true;
  nic.dhcp6 = false;
  nic.accept_ra = true;
  nic.dhcp_metric = 50;
  nic.addresses = {IpPrefix::parse("fd00::62/64"), IpPrefix::parse("fd00::63/64")};
  nic.routes = {{IpPrefix::parse("::/0"), IpAddress::parse("fd00::1"), {}, {}, false},
                {IpPrefix::parse("10.0.0.0/8"), IpAddress::parse("192.168.0.3"), 100, {}, false}};
  nic.mtu = 1450;
  nic.dns_servers = {IpAddress::parse("10.0.0.53")};
  nic.dns_search = {"corp.example"};
  return nic;
}

TEST(V2Text, NoNicsAreAnEmptyMap) {
  EXPECT_EQ(v2_text({}, Guest::kLinux), "network:\n  version: 2\n  ethernets:\n    {}\n");
}

TEST(V2Text, KeysComeInFixedOrder) {
  EXPECT_EQ(v2_text({full()}, Guest::kLinux), R"(network:
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
  GuestNic nic;
  nic.id = "a: b\n#";
  nic.set_name = true;
  nic.dns_search = {"x\"\n    evil: {"};
  EXPECT_EQ(v2_text({nic}, Guest::kLinux), R"(network:
  version: 2
  ethernets:
    "a: b\n#":
      match:
        macaddress: "00:00:00:00:00:00"
      set-name: "a: b\n#"
      nameservers:
        search:
          - "x\"\n    evil: {"
)");
}

TEST(V2Text, ASnippetIsOneLine) {
  EXPECT_EQ(v2_snippet(full(), Guest::kLinux),
            "blue: {match: {macaddress: \"02:00:00:00:00:01\"}, dhcp4: true, dhcp4-overrides: "
            "{route-metric: 50}, dhcp6: false, accept-ra: true, addresses: [\"fd00::62/64\", "
            "\"fd00::63/64\"], gateway6: \"fd00::1\", routes: [{to: \"10.0.0.0/8\", via: "
            "\"192.168.0.3\", metric: 100}], mtu: 1450, nameservers: {addresses: [\"10.0.0.53\"], "
            "search: [\"corp.example\"]}}");
}

}  // namespace
}  // namespace patchbay::cloudinit
