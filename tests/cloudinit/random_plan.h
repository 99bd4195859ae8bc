// Plans drawn at random that every format can say in full: gateways inside the subnets, no
// attribute but the metric, a static or learnt address for what hangs on one.
#pragma once

#include <array>
#include <random>
#include <string>

#include "tests/cloudinit/plans.h"

namespace patchbay::cloudinit {

class RandomPlan {
 public:
  explicit RandomPlan(unsigned seed) : random_(seed) {}

  NetworkPlan make() {
    NetworkPlan plan = plan_of({});
    const int nics = pick(0, 6);
    for (int i = 0; i < nics; ++i) plan.attachments.push_back(attachment(i));
    const int others = pick(0, 2);
    for (int i = 0; i < others; ++i)
      plan.others.push_back({network(), "masquerade", mac(1, i), {}});
    for (OtherNic& other : plan.others) {
      if (coin()) other.dhcp_metric = 2000;
    }
    return plan;
  }

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<>(low, high)(random_); }
  bool coin() { return pick(0, 1) == 1; }

  std::string network() {
    constexpr std::string_view kAlphabet = "abcETH019-_:\"'{}[]#&*!|>%@`\n\t \\y";
    std::string name;
    for (int i = pick(1, 8); i > 0; --i) {
      name += kAlphabet[static_cast<size_t>(pick(0, static_cast<int>(kAlphabet.size()) - 1))];
    }
    return name;
  }

  Mac mac(int kind, int index) {
    // Digits only: what YAML 1.1 would read as a base-60 number.
    const std::array<uint8_t, 6> bytes{
        0x12, 0x34, 0x56, 0x12, static_cast<uint8_t>(kind), static_cast<uint8_t>(index)};
    return Mac::from_bytes(bytes.data());
  }

  Attachment attachment(int index) {
    Attachment made = nic(network(), mac(0, index).to_string());
    made.ipv4 = std::array{Ipv4Method::kNone, Ipv4Method::kDhcp,
                           Ipv4Method::kStatic}[static_cast<size_t>(pick(0, 2))];
    made.ipv6 = std::array{Ipv6Method::kNone, Ipv6Method::kAuto, Ipv6Method::kDhcp,
                           Ipv6Method::kStatic}[static_cast<size_t>(pick(0, 3))];
    const std::string n = std::to_string(pick(1, 250));
    if (made.ipv4 == Ipv4Method::kStatic) {
      made.addresses.push_back({IpPrefix::parse("10." + n + ".0.9/24"), Source::kRecord});
      if (coin()) made.routes.push_back(route("172.16.0.0/12", "10." + n + ".0.1"));
    }
    if (made.ipv6 == Ipv6Method::kStatic) {
      made.addresses.push_back({IpPrefix::parse("fd00:" + n + "::9/64"), Source::kAnnotation});
      if (coin()) made.routes.push_back(route("fd01::/48", "fd00:" + n + "::1"));
    }
    for (Route& r : made.routes) {
      if (coin()) r.metric = static_cast<uint32_t>(pick(0, 70000));
    }
    if (coin()) made.mtu = static_cast<uint32_t>(pick(1280, 9000));
    if (coin()) made.dhcp_metric = 2000;
    if (coin()) made.guest_name = "nic" + std::to_string(index);
    if (coin()) made.dns.servers = {IpAddress::parse("10.0.0.53"), IpAddress::parse("fd00::53")};
    if (coin()) made.dns.search = {"corp.example", "no", "1e3"};
    return made;
  }

  std::mt19937 random_;
};

}  // namespace patchbay::cloudinit
