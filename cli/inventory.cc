#include "cli/inventory.h"

#include <array>

namespace patchbay::cli {

// vSphere escapes these three in names of inventory objects (ManagedEntity.name).
std::string display_name(const Network& network) {
  struct Escape {
    std::string_view code;
    char character;
  };
  constexpr std::array kEscapes{Escape{"%2f", '/'}, Escape{"%2F", '/'}, Escape{"%5c", '\\'},
                                Escape{"%5C", '\\'}, Escape{"%25", '%'}};
  std::string out;
  std::string_view rest = network.name;
  while (!rest.empty()) {
    char next = rest.front();
    size_t size = 1;
    for (const Escape& escape : kEscapes) {
      if (!rest.starts_with(escape.code)) continue;
      next = escape.character;
      size = escape.code.size();
    }
    out += next;
    rest.remove_prefix(size);
  }
  return out;
}

std::string to_string(const NicAddress& address) {
  return address.length ? IpPrefix{address.address, *address.length}.to_string()
                        : address.address.to_string();
}

std::string_view name(NicWarning warning) {
  switch (warning) {
    case NicWarning::kNoGuestInfo:
      return "no-guest-info";
    case NicWarning::kNoAddress:
      return "no-address";
    case NicWarning::kOriginUnknown:
      return "origin-unknown";
    case NicWarning::kPrefixUnknown:
      return "prefix-unknown";
    case NicWarning::kApipa:
      return "apipa";
    case NicWarning::kGatewayOutsideSubnet:
      return "gateway-outside-subnet";
    case NicWarning::kSecondDefaultRoute:
      return "second-default-route";
    case NicWarning::kSriov:
      return "sriov";
    case NicWarning::kPrivateVlan:
      return "pvlan";
    case NicWarning::kTrunk:
      return "trunk";
    case NicWarning::kNotConnectedAtStart:
      return "not-connected-at-start";
    case NicWarning::kSeveralGuestEntries:
      return "several-guest-entries";
    case NicWarning::kNoMac:
      return "no-mac";
    case NicWarning::kNetworkAmbiguous:
      return "network-ambiguous";
  }
  return "";
}

}  // namespace patchbay::cli
