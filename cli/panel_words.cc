#include "cli/panel_words.h"

#include <array>
#include <cstdio>

#include "binding/guest_port.h"
#include "plan/pod_state.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

std::string text_of(const VlanRange& ids) {
  const std::string first = std::to_string(ids.first);
  return ids.first == ids.last ? first : first + "-" + std::to_string(ids.last);
}

std::string port_vlans(const std::vector<PortVlan>& vlans) {
  std::string text = "no untagged VLAN";
  std::vector<std::string> tagged;
  std::vector<std::string> stripped;
  for (const PortVlan& vlan : vlans) {
    if (vlan.pvid) {
      text = "VLAN " + text_of(vlan.ids) + (vlan.untagged ? "" : " (leaves tagged)");
    } else {
      (vlan.untagged ? stripped : tagged).push_back(text_of(vlan.ids));
    }
  }
  if (!tagged.empty()) text += ", tagged " + join(tagged);
  if (!stripped.empty()) text += ", leaves untagged " + join(stripped);
  return text;
}

FrameCount hits(const std::optional<SeenLink>& from, const std::optional<SeenLink>& to) {
  const SeenFilter* filter = redirect_between(from, to);
  FrameCount count = filter == nullptr ? FrameCount() : filter->hits;
  if (from && from->ingress) count.dropped = from->ingress->all.dropped;
  return count;
}

std::string text_of(const Route& route) {
  std::string text = route.to.to_string();
  if (route.via) text += " via " + route.via->to_string();
  if (route.metric) text += " metric " + std::to_string(*route.metric);
  if (route.table) text += " table " + std::to_string(*route.table);
  return text;
}

}  // namespace

std::string name_of(const PanelNic& nic) {
  if (!nic.network.empty()) return printable(nic.network);
  if (nic.names.pod.str() == kPodNetworkLink) return "pod network";
  return printable(nic.names.pod.str());
}

std::string_view word(Join join) {
  switch (join) {
    case Join::kRedirect:
      return "redirect";
    case Join::kBridge:
      return "bridge";
    case Join::kTap:
      return "tap";
    case Join::kMacvtap:
      return "macvtap";
    case Join::kDevice:
      return "device";
    case Join::kNat:
      return "NAT";
    case Join::kNothing:
      return "nothing";
  }
  return "nothing";
}

std::string_view kind_of(const SeenLink& link) {
  if (link.state.kind == kTapKind) return "tap";
  return link.state.kind.empty() ? std::string_view("device") : link.state.kind;
}

std::string bytes(uint64_t count) {
  constexpr std::array<const char*, 6> kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
  if (count < 1000) return std::to_string(count) + " B";
  auto value = static_cast<double>(count);
  size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 9.95 ? "%.1f %s" : "%.0f %s", value,
                kUnits[unit]);
  return text.data();
}

std::string amount(const FrameCount& count) {
  std::string text = std::to_string(count.frames) + " (" + bytes(count.bytes) + ")";
  if (count.dropped != 0) text += ", " + std::to_string(count.dropped) + " dropped";
  return text;
}

std::string state_of(const std::optional<SeenLink>& link) {
  if (!link) return "missing";
  if (!link->state.up) return "down";
  // A tap's carrier is that somebody has it open.
  return link->carrier || link->state.tun ? "up" : "up, no carrier";
}

std::string held_by(const PanelNic& nic) {
  if (!nic.holders.empty()) {
    std::vector<std::string> all;
    for (const Holder& holder : nic.holders) {
      all.push_back(printable(holder.program) + " (" + std::to_string(holder.pid) + ")");
    }
    return "open by " + patchbay::join(all);
  }
  return nic.tap && nic.tap->carrier ? "open, by whom is not visible from here" : "not open";
}

std::string far_link(const FarEnd& far) {
  switch (far.kind) {
    case FarEnd::Kind::kNone:
      return {};
    case FarEnd::Kind::kHidden:
      return "(" + far.hidden + ")";
    case FarEnd::Kind::kPort:
    case FarEnd::Kind::kParent:
      return printable(far.link->state.name.str());
    case FarEnd::Kind::kFunction:
      return printable(far.link->state.name.str()) + " VF " + std::to_string(*far.function);
  }
  return {};
}

std::string vlans_of(const FarEnd& far) {
  if (far.kind == FarEnd::Kind::kPort && far.bridge && far.bridge->vlan_filtering) {
    return port_vlans(far.link->vlans);
  }
  return far.vlan ? "VLAN " + std::to_string(*far.vlan) : "";
}

std::string far_network(const FarEnd& far) {
  const std::string vlans = vlans_of(far);
  if (far.kind != FarEnd::Kind::kPort) return vlans;
  if (!far.bridge) return "no bridge";
  const std::string name = printable(far.bridge->state.name.str());
  return vlans.empty() ? name : name + " " + vlans;
}

std::vector<std::string> addresses_of(const PanelNic& nic) {
  std::vector<std::string> all;
  if (!nic.parked) return all;
  for (const IpPrefix& prefix : nic.parked->ips) all.push_back(prefix.to_string());
  return all;
}

std::vector<std::string> routes_of(const PanelNic& nic) {
  std::vector<std::string> all;
  if (!nic.parked) return all;
  for (const Route& route : nic.parked->routes) all.push_back(text_of(route));
  return all;
}

std::vector<std::string> dns_of(const PanelNic& nic) {
  std::vector<std::string> all;
  if (!nic.parked) return all;
  for (const IpAddress& server : nic.parked->dns.servers) all.push_back(server.to_string());
  for (const std::string& search : nic.parked->dns.search) {
    all.push_back("search " + printable(search));
  }
  return all;
}

std::vector<std::string> limits_of(const PanelNic& nic) {
  std::vector<std::string> all;
  if (!nic.parked) return all;
  std::vector<std::string> ids;
  for (const VlanRange& range : nic.parked->wiring.trunk) ids.push_back(text_of(range));
  if (!ids.empty()) all.push_back("of the guest's VLANs " + join(ids));
  if (nic.parked->wiring.mac_spoof_check) all.emplace_back("its own MAC only (macspoofchk)");
  return all;
}

std::vector<std::string> port_of(const PanelNic& nic) {
  std::vector<std::string> all;
  if (!nic.parked || !has_port(nic.parked->wiring)) return all;
  const Wiring& wiring = nic.parked->wiring;
  if (wiring.guard != Guard::kOff) all.push_back("guard " + std::string(name(wiring.guard)));
  if (!nic.port) {
    all.emplace_back("does not answer");
    return all;
  }
  uint64_t dropped = 0;
  std::vector<std::string> reasons;
  for (const auto& [reason, count] : nic.port->dropped) {
    dropped += count;
    reasons.push_back(reason + " " + std::to_string(count));
  }
  if (dropped != 0) all.push_back(std::to_string(dropped) + " dropped (" + join(reasons) + ")");
  if (!wiring.responder) return all;
  std::vector<std::string> addresses;
  for (const IpAddress& each : nic.port->answers) addresses.push_back(each.to_string());
  all.push_back(addresses.empty() ? "answers nothing" : "answers with " + join(addresses));
  return all;
}

Traffic outward(const PanelNic& nic) {
  return {nic.tap ? nic.tap->received : FrameCount(), hits(nic.tap, nic.nic),
          nic.nic ? nic.nic->sent : FrameCount()};
}

Traffic inward(const PanelNic& nic) {
  return {nic.tap ? nic.tap->sent : FrameCount(), hits(nic.nic, nic.tap),
          nic.nic ? nic.nic->received : FrameCount()};
}

}  // namespace patchbay::cli
