#include "cli/suggest_map.h"

#include <map>
#include <set>
#include <vector>

#include "cli/dns_label.h"
#include "cli/network_map.h"
#include "cli/network_match.h"
#include "cli/place.h"
#include "cli/yaml_text.h"
#include "plan/json_reader.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr size_t kNamed = 10;  // NICs in a comment

// Of one line; the map's names are compared as they are printed, too.
std::string scalar(const std::string& text) {
  std::string yaml = yaml_text(Json(printable(text)).dump());
  yaml.pop_back();
  return yaml;
}

std::string from_text(const Network& network) {
  if (!network.key.empty()) return "{key: " + scalar(network.key) + "}";
  if (network.name.empty()) return {};
  const std::string& owner = network.owner_name;
  return "{name: " + scalar(display_name(network)) +
         (owner.empty() ? "" : ", switch: " + scalar(owner)) + "}";
}

std::string label_of(const Network& network) {
  for (const std::string& text : {display_name(network), network.key}) {
    const std::string label = dns_label(text);
    if (!label.empty()) return label;
  }
  return "network";
}

// What passes a trunk or was on a VF is a NAD's that a person writes.
bool is_written_by_hand(const Network& network) { return network.vlan.mode == Vlan::Mode::kTrunk; }

std::string to_text(const Network& network, std::set<std::string>& taken) {
  if (const auto target = forklift_target(network, {})) {
    if (target->kind == Target::Kind::kPod) return "pod";
    if (target->kind == Target::Kind::kIgnore) return "ignore";
    return "{nad: " + target->name_space + "/" + target->nad + ", exists: true}";
  }
  if (is_written_by_hand(network)) return std::string(kFillIn);
  std::string out =
      "{nad: " + scalar(free_label(label_of(network), taken)) + ", bridge: " + std::string(kFillIn);
  if (network.vlan.mode == Vlan::Mode::kAccess) out += ", vlan: " + std::to_string(network.vlan.id);
  return out + "}";
}

std::string advice(const Network& network) {
  if (is_written_by_hand(network)) {
    return "  # ignore, or a NAD of your own that passes these VLANs: {nad: trunk, exists: true}\n";
  }
  if (network.vlan.mode == Vlan::Mode::kPrivate) {
    return "  # a bridge does not keep its VMs apart as this private VLAN does; say the VLAN\n";
  }
  if (network.vlan.mode == Vlan::Mode::kOverlay) {
    return "  # the source gives it no VLAN; say the one that it is to have, if any\n";
  }
  return network.vlan.mode == Vlan::Mode::kUnknown
             ? "  # its VLAN is not known; say it, if it has one\n"
             : "";
}

std::string first_of(const std::vector<std::string>& places) {
  const size_t shown = std::min(places.size(), kNamed);
  const auto end = places.begin() + static_cast<ptrdiff_t>(shown);
  const size_t rest = places.size() - shown;
  return join({places.begin(), end}, "; ") +
         (rest == 0 ? "" : " and " + std::to_string(rest) + " more");
}

struct Use {
  const Network* network = nullptr;
  std::vector<std::string> nics;
};

struct Uses {
  std::map<std::string, Use> networks;  // by from_text()
  std::vector<std::string> without;     // NICs of no known network
  std::vector<std::string> unknown;     // NICs of unknown method
};

Uses uses_of(const Inventory& inventory) {
  Uses uses;
  for (const auto& [name, vm] : inventory.vms) {
    for (size_t i = 0; i < vm.nics.size(); ++i) {
      const Nic& nic = vm.nics[i];
      const std::string place = nic_where(name, i);
      if (nic.addressing.method == Method::kUnknown && !nic.addressing.ipv6_auto) {
        uses.unknown.push_back(place);
      }
      const std::string from = from_text(nic.network);
      if (from.empty()) {
        uses.without.push_back(place);
        continue;
      }
      Use& use = uses.networks[from];
      if (!use.network) use.network = &nic.network;
      use.nics.push_back(place);
    }
  }
  return uses;
}

}  // namespace

std::string suggest_entry(const Network& network) {
  const std::string from = from_text(network);
  std::set<std::string> taken;
  return from.empty() ? "" : "{from: " + from + ", to: " + to_text(network, taken) + "}";
}

std::string suggest_map(const Inventory& inventory) {
  const Uses uses = uses_of(inventory);
  std::string out =
      "# What each network becomes on the cluster. Fill in every " + std::string(kFillIn) +
      ": a bridge of the nodes;\n"
      "# `port: NIC` beside it has the bridge made over that NIC. A target can also be `pod`,\n"
      "# `ignore`, or a NAD that is there: {nad: NAMESPACE/NAME, exists: true}.\n"
      "namespace: default\n"
      "guestConfig: keep  # keep | cloud-init | seed | dhcp\n";
  if (!uses.unknown.empty()) {
    out +=
        "# Unless guests keep their configuration, say how these get their addresses, which the\n"
        "# source does not tell: " +
        first_of(uses.unknown) +
        "\n"
        "# treatUnknownAs: static  # or dhcp\n";
  }
  if (!uses.without.empty()) {
    out += "# No network is known of: " + first_of(uses.without) + "\n";
  }
  out += uses.networks.empty() ? "networks: []\n" : "networks:\n";
  std::set<std::string> taken;
  for (const auto& [from, use] : uses.networks) {
    out += "# " + printable(description(*use.network)) + ": " + first_of(use.nics) + "\n";
    out += "- from: " + from + "\n";
    if (!forklift_target(*use.network, {})) out += advice(*use.network);
    out += "  to: " + to_text(*use.network, taken) + "\n";
  }
  return out;
}

}  // namespace patchbay::cli
