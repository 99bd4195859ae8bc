// The inventory for a person: one line for each NIC, more where it has several addresses.
#include <algorithm>
#include <iterator>

#include "cli/inventory.h"
#include "cli/table.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

using Row = std::vector<std::string>;

std::string text_of(const Vlan& vlan) {
  switch (vlan.mode) {
    case Vlan::Mode::kUnknown:
      return "?";
    case Vlan::Mode::kUntagged:
      return "untagged";
    case Vlan::Mode::kAccess:
      return std::to_string(vlan.id);
    case Vlan::Mode::kOverlay:
      return "overlay";
    case Vlan::Mode::kPrivate:
      return "pvlan " + (vlan.primary ? std::to_string(*vlan.primary) + "/" : "") +
             std::to_string(vlan.id);
    case Vlan::Mode::kTrunk: {
      std::vector<std::string> ranges;
      for (const VlanRange& range : vlan.ranges) {
        ranges.push_back(std::to_string(range.first) +
                         (range.last == range.first ? "" : "-" + std::to_string(range.last)));
      }
      return "trunk " + join(ranges);
    }
  }
  return "";
}

std::string text_of(Method method) {
  switch (method) {
    case Method::kUnknown:
      return "?";
    case Method::kStatic:
      return "static";
    case Method::kDhcp:
      return "dhcp";
  }
  return "";
}

std::string text_of(const Network& network) {
  const std::string name = network.name.empty() ? network.key : display_name(network);
  return name.empty() ? "none" : name;
}

void add_rows(const std::string& vm_name, const Nic& nic, size_t index, std::vector<Row>& rows) {
  std::vector<std::string> warnings;
  for (const NicWarning warning : nic.warnings) warnings.emplace_back(name(warning));
  const Addressing& addressing = nic.addressing;
  std::vector<std::string> gateways;
  for (const auto& gateway : {addressing.gateway4, addressing.gateway6}) {
    if (gateway) gateways.push_back(gateway->to_string());
  }
  const auto nth = [](const auto& items, size_t i, const auto& text) {
    return i < items.size() ? text(items[i]) : std::string();
  };
  const auto same = [](const std::string& text) { return text; };
  const size_t lines = std::max({size_t{1}, addressing.addresses.size(), gateways.size()});
  for (size_t i = 0; i < lines; ++i) {
    Row row = i > 0 ? Row(7)
                    : Row{index == 0 ? vm_name : "",
                          std::to_string(index),
                          nic.mac ? nic.mac->to_string() : "?",
                          nic.adapter.empty() ? "?" : nic.adapter,
                          text_of(nic.network),
                          text_of(nic.network.vlan),
                          text_of(addressing.method)};
    row.push_back(nth(addressing.addresses, i, [](const NicAddress& a) { return to_string(a); }));
    row.push_back(nth(gateways, i, same));
    row.push_back(i == 0 && !warnings.empty() ? join(warnings) : "");
    rows.push_back(std::move(row));
  }
}

// What a person might miss: that is not a link-local address, which every guest has.
std::vector<std::string> left_out(const std::string& vm_name, const Vm& vm) {
  std::vector<std::string> missed;
  std::copy_if(vm.ignored.begin(), vm.ignored.end(), std::back_inserter(missed),
               [](const std::string& text) { return !text.starts_with("fe80:"); });
  std::vector<std::string> lines;
  if (!vm.warnings.empty()) lines.push_back(vm_name + ", warnings: " + join(vm.warnings));
  if (!missed.empty()) lines.push_back(vm_name + ", left out: " + join(missed, "; "));
  return lines;
}

}  // namespace

std::string to_table(const Inventory& inventory) {
  std::vector<Row> rows = {{"VM", "NIC", "MAC", "ADAPTER", "NETWORK", "VLAN", "METHOD", "ADDRESS",
                            "GATEWAY", "WARNINGS"}};
  for (const auto& [vm_name, vm] : inventory.vms) {
    for (size_t i = 0; i < vm.nics.size(); ++i) add_rows(vm_name, vm.nics[i], i, rows);
    if (vm.nics.empty()) rows.push_back({vm_name, "none"});
  }
  std::string out = aligned(std::move(rows));
  for (const auto& [vm_name, vm] : inventory.vms) {
    for (const std::string& line : left_out(vm_name, vm)) out += printable(line) + "\n";
  }
  for (const Diagnostic& diagnostic : inventory.diagnostics) out += to_string(diagnostic) + "\n";
  return out;
}

}  // namespace patchbay::cli
