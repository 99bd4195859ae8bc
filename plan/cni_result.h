// The result of a CNI ADD, in the versions 0.3.1 to 1.1.0 (github.com/containernetworking/cni,
// SPEC.md, "Success"), reduced to what concerns one interface in the container.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/ip_config.h"

namespace patchbay {

inline constexpr std::array<std::string_view, 4> kCniVersions{"0.3.1", "0.4.0", "1.0.0", "1.1.0"};
bool is_supported_cni_version(std::string_view version);

struct CniInterface {
  std::string name;
  std::optional<Mac> mac;
  std::optional<uint32_t> mtu;
  std::string sandbox;  // empty: on the host
  std::string pci_id;   // CNI 1.1: the device's PCI address; may be empty

  bool operator==(const CniInterface&) const = default;
};

struct CniIp {
  IpPrefix address;
  std::optional<IpAddress> gateway;
  std::optional<size_t> interface;  // index into `interfaces`

  bool operator==(const CniIp&) const = default;
};

struct CniResult {
  std::string cni_version;
  std::vector<CniInterface> interfaces;
  std::vector<CniIp> ips;
  std::vector<Route> routes;
  Dns dns;

  bool operator==(const CniResult&) const = default;
};

// Throws Error{kMalformed, kInvalidInput, kWrongVersion} with a JSON path. Unknown keys are
// ignored, known ones are strict, duplicate keys refused; at most 1 MiB, 32 levels.
CniResult parse_cni_result(std::string_view json);

// The addresses of interface `name` in the container, in the plugin's order: those that index it,
// and those that index nothing where the result lists no other interface in the sandbox.
std::vector<CniIp> ips_of(const CniResult& result, std::string_view name);

// The routes, each with its gateway: CNI lets a route without `gw` use the gateway of the first
// address of its family.
std::vector<Route> routes_of(const CniResult& result, std::string_view name);

}  // namespace patchbay
