#include "cli/import_report.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "cli/colour.h"
#include "cli/network_match.h"
#include "cli/place.h"
#include "cli/table.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

using Lines = std::vector<std::string>;

std::string_view text_of(const std::optional<Method>& method) {
  if (!method) return "";
  switch (*method) {
    case Method::kUnknown:
      return "static or DHCP";
    case Method::kStatic:
      return "static";
    case Method::kDhcp:
      return "DHCP";
  }
  return "";
}

void add(const std::string& before, const std::vector<std::string>& texts, Lines& lines) {
  if (!texts.empty()) lines.push_back(before + join(texts));
}

template <typename T>
std::vector<std::string> texts(const std::vector<T>& values) {
  std::vector<std::string> out;
  for (const T& value : values) out.push_back(value.to_string());
  return out;
}

Lines before(const NicPlan& nic, const Nic& source) {
  const Addressing& had = nic.before;
  Lines lines = {description(nic.source),
                 source.adapter.empty() ? "adapter unknown" : source.adapter};
  for (const NicAddress& address : had.addresses) {
    const bool four = address.address.family() == Family::kIpv4;
    lines.push_back(to_string(address) + " " + std::string(text_of(four ? had.ipv4 : had.ipv6)));
  }
  if (had.ipv4 == Method::kDhcp) lines.emplace_back("IPv4 by DHCP");
  if (had.ipv6 == Method::kDhcp) lines.emplace_back("IPv6 by DHCP");
  if (had.ipv6_auto) lines.emplace_back("IPv6 by router advertisements");
  for (const auto& gateway : {had.gateway4, had.gateway6}) {
    if (gateway) lines.push_back("by " + gateway->to_string());
  }
  for (const NicRoute& route : had.routes) {
    lines.push_back(route.to.to_string() + " by " + route.via.to_string());
  }
  add("DNS ", texts(had.dns), lines);
  return lines;
}

std::string place_of(const Target& target) {
  return target.kind == Target::Kind::kPod ? "the pod network"
                                           : target.name_space + "/" + target.nad;
}

void add(const NetworkWishes& wishes, Lines& lines) {
  for (const IpPrefix& address : wishes.addresses) lines.push_back(address.to_string() + " static");
  if (wishes.ipv4 == Ipv4Method::kDhcp) lines.emplace_back("IPv4 by DHCP");
  if (wishes.ipv6 == Ipv6Method::kDhcp) lines.emplace_back("IPv6 by DHCP");
  if (wishes.ipv6 == Ipv6Method::kAuto) lines.emplace_back("IPv6 by router advertisements");
  for (const Route& route : wishes.routes) {
    const std::string to = route.to.is_default() ? "" : route.to.to_string() + " ";
    lines.push_back(to + (route.via ? "by " + route.via->to_string() : "on the link"));
  }
  if (wishes.dns) add("DNS ", texts(wishes.dns->servers), lines);
  if (!wishes.guest_name.empty()) lines.push_back("called " + wishes.guest_name);
}

Lines after(const NicPlan& nic) {
  Lines lines = {place_of(nic.target)};
  const std::string binding = nic.binding.empty() ? "masquerade" : nic.binding;
  lines.push_back((nic.model.empty() ? "" : nic.model + ", ") + binding +
                  (nic.link_down ? ", link down" : ""));
  if (nic.wishes) add(*nic.wishes, lines);
  return lines;
}

// VMs by the worst that is said of them.
class Verdicts {
 public:
  Verdicts(const Inventory& inventory, const ImportPlan& plan) {
    for (const VmPlan& vm : plan.vms) {
      Severity& worst = worst_[vm_where(vm.source_name)];
      const size_t planned = vm.nics.size() + vm.left_out.size();
      const bool whole = planned == inventory.vms.at(vm.source_name).nics.size();
      worst = whole ? Severity::kNote : Severity::kError;
    }
    for (const Diagnostic& diagnostic : plan.diagnostics) {
      note(diagnostic.where, diagnostic.severity);
      note(diagnostic.message, diagnostic.severity);
    }
  }

  Severity of(const VmPlan& vm) const { return worst_.at(vm_where(vm.source_name)); }
  size_t count(Severity severity) const {
    return static_cast<size_t>(std::count_if(
        worst_.begin(), worst_.end(), [&](const auto& entry) { return entry.second == severity; }));
  }

 private:
  // Every `VM "NAME"` in it.
  void note(std::string_view text, Severity severity) {
    constexpr std::string_view kStart = "VM \"";
    for (size_t at = text.find(kStart); at != std::string_view::npos;
         at = text.find(kStart, at + 1)) {
      const size_t end = text.find('"', at + kStart.size());
      if (end == std::string_view::npos) return;
      const auto vm = worst_.find(std::string(text.substr(at, end + 1 - at)));
      if (vm != worst_.end()) vm->second = std::max(vm->second, severity);
    }
  }

  std::map<std::string, Severity> worst_;
};

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return Style::kGood;
    case Severity::kWarning:
      return Style::kWarning;
    case Severity::kError:
      return Style::kBad;
  }
  return Style::kPlain;
}

using Row = std::vector<Cell>;

void add_nic(const NicPlan& nic, const Vm& source, std::vector<Row>& rows) {
  const Lines was = before(nic, source.nics.at(nic.index));
  const Lines is = after(nic);
  for (size_t i = 0; i < std::max(was.size(), is.size()); ++i) {
    const auto nth = [i](const Lines& lines) {
      return i < lines.size() ? lines[i] : std::string();
    };
    rows.push_back({i == 0 ? "  " + std::to_string(nic.index) : "",
                    i == 0 ? (nic.mac ? nic.mac->to_string() : "a new one") : "", nth(was),
                    nth(is)});
  }
}

Row headings(std::initializer_list<const char*> texts) {
  Row row;
  for (const char* text : texts) row.emplace_back(text, Style::kHeading);
  return row;
}

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t size = text.find('\n') + 1;
    lines.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// The columns of all VMs are as wide, so that the eye finds its place.
std::string vms_text(const Inventory& inventory, const ImportPlan& plan, const Verdicts& verdicts,
                     bool colour) {
  std::vector<Row> rows = {headings({"  NIC", "MAC", "BEFORE", "AFTER"})};
  std::vector<size_t> ends;  // of each NIC's rows
  for (const VmPlan& vm : plan.vms) {
    for (const NicPlan& nic : vm.nics) {
      add_nic(nic, inventory.vms.at(vm.source_name), rows);
      ends.push_back(rows.size());
    }
  }
  const Lines lines = lines_of(aligned(rows, colour));
  std::string out = lines[0];
  size_t line = 1;
  auto end = ends.begin();
  for (const VmPlan& vm : plan.vms) {
    const std::string moves = vm.source_name + " → " + vm.name_space + "/" + vm.name;
    out += "\n" + painted(printable(moves), style_of(verdicts.of(vm)), colour) + ", " +
           std::string(name(vm.guest_config)) + "\n";
    for (const NicPlan& nic : vm.nics) {
      for (; line < *end; ++line) out += lines[line];
      ++end;
      out += painted("       " + printable(nic.why), Style::kFaint, colour) + "\n";
    }
    for (const auto& [index, why] : vm.left_out) {
      out += printable("  " + std::to_string(index) + "    left out: " + why) + "\n";
    }
  }
  return out;
}

std::string vlans_of(const BridgePlan& bridge) {
  Lines parts;
  for (const uint16_t vlan : bridge.vlans) parts.push_back(std::to_string(vlan));
  if (bridge.untagged) parts.emplace_back("untagged");
  return join(parts);
}

// Nothing where there is no row but the headings.
std::string table(const std::vector<Row>& rows, bool colour) {
  return rows.size() < 2 ? "" : "\n" + aligned(rows, colour);
}

std::string networks_text(const ImportPlan& plan, bool colour) {
  std::vector<Row> nads = {headings({"NAD", "BRIDGE", "VLAN", "WAS"})};
  for (const NadPlan& nad : plan.nads) {
    nads.push_back({nad.name_space + "/" + nad.name, nad.bridge,
                    nad.vlan ? std::to_string(*nad.vlan) : "untagged",
                    nad.sources.empty() ? "" : join(nad.sources)});
  }
  std::vector<Row> bridges = {headings({"BRIDGE", "PORT", "VLANS"})};
  for (const BridgePlan& bridge : plan.bridges) {
    bridges.push_back({bridge.bridge, bridge.port, vlans_of(bridge)});
  }
  return table(nads, colour) + table(bridges, colour);
}

std::string findings_text(const Diagnostics& diagnostics, bool colour) {
  std::string out;
  for (const Severity severity : {Severity::kNote, Severity::kWarning, Severity::kError}) {
    const Style style = severity == Severity::kNote ? Style::kPlain : style_of(severity);
    for (const Diagnostic& diagnostic : diagnostics) {
      if (diagnostic.severity != severity) continue;
      out += painted(to_string(diagnostic), style, colour) + "\n";
    }
  }
  return out.empty() ? "" : "\n" + out;
}

std::string counted(size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// NADs that the VMs need and that are there already.
size_t found_there(const ImportPlan& plan) {
  std::set<std::string> names;
  for (const VmPlan& vm : plan.vms) {
    for (const NicPlan& nic : vm.nics) {
      if (nic.target.exists) names.insert(place_of(nic.target));
    }
  }
  return names.size();
}

std::string summary(const Inventory& inventory, const ImportPlan& plan, const Verdicts& verdicts,
                    bool colour) {
  size_t nics = 0;
  size_t left_out = 0;
  for (const VmPlan& vm : plan.vms) {
    nics += vm.nics.size();
    left_out += vm.left_out.size();
  }
  const auto part = [&](Severity severity, const char* words) {
    const size_t count = verdicts.count(severity);
    return painted(std::to_string(count) + " " + words,
                   count == 0 ? Style::kPlain : style_of(severity), colour);
  };
  std::string out =
      "\n" + counted(plan.vms.size(), "VM", "VMs") + ": " + part(Severity::kNote, "ready") + ", " +
      part(Severity::kWarning, "with warnings") + ", " + part(Severity::kError, "with errors");
  if (const size_t ignored = inventory.vms.size() - plan.vms.size(); ignored > 0) {
    out += "; " + counted(ignored, "VM", "VMs") + " left out";
  }
  return out + "\n" + counted(nics, "NIC", "NICs") + ", " + std::to_string(left_out) +
         " left out; " + counted(plan.nads.size(), "NAD", "NADs") + " to write, " +
         std::to_string(found_there(plan)) + " there already; " +
         counted(plan.bridges.size(), "bridge", "bridges") + " to make\n";
}

}  // namespace

std::string report_table(const Inventory& inventory, const ImportPlan& plan, bool colour) {
  const Verdicts verdicts(inventory, plan);
  return vms_text(inventory, plan, verdicts, colour) + networks_text(plan, colour) +
         findings_text(plan.diagnostics, colour) + summary(inventory, plan, verdicts, colour);
}

}  // namespace patchbay::cli
