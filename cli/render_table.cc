#include "cli/render_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/pod_forecast.h"
#include "cli/table.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

using Rows = std::vector<std::vector<Cell>>;

std::string in_brackets(std::string_view text) { return "(" + std::string(text) + ")"; }

// A value, and beside it where it comes from.
void add(Rows& rows, const char* key, const std::string& value, const std::string& source = {}) {
  rows.push_back({"", Cell(key, Style::kFaint), value + (source.empty() ? "" : " " + source)});
}

std::string open_text(const Rendering& rendering, const std::string& network, Family family) {
  std::vector<std::string> texts;
  for (const OnCluster& each : rendering.on_cluster) {
    if (each.network == network && each.family == family) texts.push_back(each.text);
  }
  return texts.empty() ? "none" : std::string(kOnCluster) + ": " + join(texts);
}

std::string addresses_of(const Rendering& rendering, const Attachment& attachment, Family family) {
  std::vector<std::string> texts;
  for (const PlannedAddress& address : attachment.addresses) {
    if (address.prefix.family() == family) texts.push_back(to_string(address));
  }
  return texts.empty() ? open_text(rendering, attachment.network, family) : join(texts);
}

std::string ipv4_text(const Rendering& rendering, const Attachment& attachment) {
  switch (attachment.ipv4) {
    case Ipv4Method::kNone:
      return "none";
    case Ipv4Method::kDhcp:
      return "DHCP";
    case Ipv4Method::kStatic:
      return addresses_of(rendering, attachment, Family::kIpv4);
  }
  return {};
}

std::string ipv6_text(const Rendering& rendering, const Attachment& attachment) {
  switch (attachment.ipv6) {
    case Ipv6Method::kNone:
      return "none";
    case Ipv6Method::kAuto:
      return "router advertisements";
    case Ipv6Method::kDhcp:
      return "DHCPv6";
    case Ipv6Method::kStatic:
      return addresses_of(rendering, attachment, Family::kIpv6);
  }
  return {};
}

std::string route_text(const Route& route) {
  std::string text = route.to.to_string();
  text += route.via ? " via " + route.via->to_string() : " on the link";
  if (route.metric) text += " metric " + std::to_string(*route.metric);
  return text;
}

void add_routes(Rows& rows, const Attachment& attachment) {
  const char* key = "routes";
  for (const Route& route : attachment.routes) {
    add(rows, std::exchange(key, ""), route_text(route));
  }
  if (attachment.never_default) add(rows, std::exchange(key, ""), "never the default route");
  if (attachment.source_routing) add(rows, key, "replies leave by this NIC");
}

void add_dns(Rows& rows, const Dns& dns) {
  std::vector<std::string> servers;
  for (const IpAddress& server : dns.servers) servers.push_back(server.to_string());
  if (!servers.empty()) add(rows, "DNS", join(servers));
  if (!dns.search.empty()) add(rows, "search", join(dns.search));
}

void add_wiring(Rows& rows, const Attachment& attachment) {
  std::string how = std::string(name(attachment.backend));
  if (attachment.ours) {
    how += ": " + attachment.pod_interface.str();
    if (attachment.tap != attachment.pod_interface) how += " ↔ " + attachment.tap.str();
  }
  add(rows, "wiring", how, in_brackets(attachment.backend_reason));
}

void add_nic(Rows& rows, const Rendering& rendering, const Attachment& attachment) {
  const std::string nad = attachment.nad.empty() ? "the pod network" : "NAD " + attachment.nad;
  rows.push_back(
      {Cell(attachment.network, Style::kHeading), "on", nad + ", binding " + attachment.binding});
  add_wiring(rows, attachment);
  add(rows, "MAC", attachment.mac.to_string(), in_brackets(name(attachment.mac_source)));
  add(rows, "IPv4", ipv4_text(rendering, attachment));
  add(rows, "IPv6", ipv6_text(rendering, attachment));
  add_routes(rows, attachment);
  add_dns(rows, attachment.dns);
  add(rows, "MTU", attachment.mtu == 0 ? "the network's" : std::to_string(attachment.mtu));
  if (!attachment.guest_name.empty()) add(rows, "named", attachment.guest_name);
}

void add_nic(Rows& rows, const OtherNic& other) {
  rows.push_back({Cell(other.network, Style::kHeading), "by", "KubeVirt, " + other.binding});
  add(rows, "MAC", other.mac.is_zero() ? kOnCluster : other.mac.to_string());
  add(rows, "IPv4", "DHCP");
}

Rows nics(const Rendering& rendering) {
  Rows rows;
  const NetworkPlan& plan = rendering.plan;
  for (const std::string& network : plan.order) {
    for (const Attachment& each : plan.attachments) {
      if (each.network == network) add_nic(rows, rendering, each);
    }
    for (const OtherNic& each : plan.others) {
      if (each.network == network) add_nic(rows, each);
    }
  }
  return rows;
}

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += "  " + printable(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return Style::kFaint;
    case Severity::kWarning:
      return Style::kWarning;
    case Severity::kError:
      return Style::kBad;
  }
  return Style::kPlain;
}

std::string line_of(const Diagnostic& diagnostic, bool colour) {
  const std::string text = to_string(diagnostic);  // printable
  const size_t word = name(diagnostic.severity).size();
  return painted(text.substr(0, word), style_of(diagnostic.severity), colour) + text.substr(word) +
         "\n";
}

}  // namespace

std::string to_table(const Rendering& rendering, bool colour) {
  const NetworkPlan& plan = rendering.plan;
  std::string text = painted(printable(plan.vmi), Style::kHeading, colour) + ", guest " +
                     std::string(name(plan.guest));
  if (!plan.default_route.empty()) text += ", default route by " + printable(plan.default_route);
  text += "\n\n" + aligned(nics(rendering), colour);
  if (!rendering.network_data.empty()) {
    text += "\n" + painted("networkData", Style::kHeading, colour) + "\n" +
            indented(rendering.network_data);
  }
  if (!rendering.diagnostics.empty()) text += "\n";
  for (const Diagnostic& each : rendering.diagnostics) text += line_of(each, colour);
  return text;
}

}  // namespace patchbay::cli
