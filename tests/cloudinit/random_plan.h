// Plans drawn at random: everything that a record or an annotation can give a NIC, in any mixture,
// for a guest of any kind. Some ask for what their guest can't be told.
#pragma once

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>

#include "tests/cloudinit/plans.h"

namespace patchbay::cloudinit {

inline constexpr std::array kGuests{Guest::kLinux,          Guest::kNetplan,   Guest::kNetworkd,
                                    Guest::kNetworkManager, Guest::kSysconfig, Guest::kEni,
                                    Guest::kWindows};

class RandomPlan {
 public:
  explicit RandomPlan(unsigned seed) : random_(seed) {}

  NetworkPlan make(Guest guest) {
    networks_.clear();
    NetworkPlan plan = plan_of({});
    plan.guest = guest;
    for (int i = 0, nics = pick(0, 6); i < nics; ++i) {
      plan.attachments.push_back(attachment(i, guest));
      plan.order.push_back(plan.attachments.back().network);
    }
    for (int i = 0, nics = pick(0, 2); i < nics; ++i) {
      plan.others.push_back({network(), "masquerade", mac(1, i), {}});
      if (coin()) plan.others.back().dhcp_metric = 2000;
      plan.order.push_back(plan.others.back().network);
    }
    std::shuffle(plan.order.begin(), plan.order.end(), random_);
    if (!plan.order.empty() && one_in(2)) plan.default_route = plan.order.front();
    if (!plan.attachments.empty() && one_in(2)) plan.default_route = plan.attachments[0].network;
    return plan;
  }

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<>(low, high)(random_); }
  bool one_in(int times) { return pick(1, times) == 1; }
  bool coin() { return one_in(2); }
  template <typename T, size_t N>
  T one_of(const std::array<T, N>& values) {
    return values[static_cast<size_t>(pick(0, static_cast<int>(N) - 1))];
  }

  std::string network() {
    constexpr std::string_view kAlphabet = "abcETH019-_:\"'{}[]#&*!|>%@`\n\t \\y";
    std::string name;
    do {
      name.clear();
      for (int i = pick(1, 8); i > 0; --i) {
        name += kAlphabet[static_cast<size_t>(pick(0, static_cast<int>(kAlphabet.size()) - 1))];
      }
    } while (!networks_.insert(name).second);
    return name;
  }

  Mac mac(int kind, int index) {
    // Digits only: what YAML 1.1 would read as a base-60 number.
    const std::array<uint8_t, 6> bytes{
        0x12, 0x34, 0x56, 0x12, static_cast<uint8_t>(kind), static_cast<uint8_t>(index)};
    return Mac::from_bytes(bytes.data());
  }

  Attachment attachment(int index, Guest guest) {
    Attachment made = nic(network(), mac(0, index).to_string());
    using enum Ipv6Method;
    made.ipv4 = one_of(std::array{Ipv4Method::kNone, Ipv4Method::kDhcp, Ipv4Method::kStatic});
    made.ipv6 = one_of(std::array{kNone, kAuto, kDhcp, kStatic});
    const std::string n = std::to_string(index + 1);
    if (made.ipv4 == Ipv4Method::kStatic) add_addresses(made, "10." + n + ".", {24, 26, 31, 32});
    if (made.ipv6 == kStatic) add_addresses(made, "fd00:" + n + "::", {64, 120, 127, 128});
    if (made.ipv4 != Ipv4Method::kNone) {
      add_routes(made, "0.0.0.0/0", "10." + n + ".0.1", "10.255.0.1");
      add_routes(made, "172.16.0.0/12", "10." + n + ".1.1", "10.255.0.2");
      if (one_in(6)) made.routes.push_back(on_link_route("172.31.0.0/16"));
      if (one_in(6)) made.routes.push_back(on_link_route("10." + n + ".0.0/28"));
    }
    if (made.ipv6 != kNone) {
      add_routes(made, "::/0", coin() ? "fe80::1" : "fd00:" + n + "::0:1", "fd99::1");
      add_routes(made, "fd01::/48", "fd00:" + n + "::1:1", "fd99::2");
      if (one_in(6)) made.routes.push_back(on_link_route("fd02::/64"));
    }
    std::shuffle(made.routes.begin(), made.routes.end(), random_);
    add_the_rest(made, index);
    made.source_routing = one_in(guest == Guest::kNetplan ? 4 : 60);
    return made;
  }

  // Up to three of a family, in two subnets.
  void add_addresses(Attachment& nic, const std::string& start, const std::array<int, 4>& lengths) {
    const bool ipv4 = start.find(':') == std::string::npos;
    for (int i = 0, count = pick(1, 3); i < count; ++i) {
      const std::string host = std::to_string(pick(0, 1)) + (ipv4 ? "." : ":");
      nic.addresses.push_back({IpPrefix::parse(start + host + std::to_string(10 + i) + "/" +
                                               std::to_string(one_of(lengths))),
                               one_of(std::array{Source::kRecord, Source::kAnnotation})});
    }
  }

  void add_routes(Attachment& nic, const std::string& to, const std::string& near,
                  const std::string& far) {
    for (int count = one_in(8) ? 2 : pick(0, 1); count > 0; --count) {
      nic.routes.push_back(route(to, one_in(12) ? far : near));
      if (coin()) nic.routes.back().metric = static_cast<uint32_t>(pick(0, 70000));
    }
  }

  void add_the_rest(Attachment& nic, int index) {
    if (coin()) nic.mtu = static_cast<uint32_t>(pick(1280, 9000));
    if (coin()) nic.dhcp_metric = 2000;
    if (coin()) nic.guest_name = "nic" + std::to_string(index);
    if (coin()) nic.dns.servers = {IpAddress::parse("10.0.0.53"), IpAddress::parse("fd00::53")};
    if (coin()) nic.dns.search = {"corp.example", "no", "1e3"};
    nic.never_default = one_in(6);
  }

  std::mt19937 random_;
  std::set<std::string> networks_;
};

}  // namespace patchbay::cloudinit
