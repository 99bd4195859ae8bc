#include "cli/record_input.h"

#include <algorithm>
#include <sstream>

#include "cli/plan_input.h"
#include "plan/bindings.h"
#include "plan/error.h"
#include "plan/names.h"
#include "plan/record.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

bool may_have_record(const VmiInterface& interface) {
  return is_our_binding(interface.plugin) || interface.binding == "sriov";
}

std::string only_network(const Vmi& vmi, const std::string& file) {
  std::vector<std::string> networks;
  for (const VmiInterface& each : vmi.interfaces) {
    if (may_have_record(each)) networks.push_back(each.name);
  }
  if (networks.size() == 1) return networks[0];
  throw Error(Errc::kInvalidInput,
              "the record names no network, and the VM has " + std::to_string(networks.size()) +
                  " that may have one (" + join(networks) + "); write --record NETWORK=FILE",
              file);
}

// Of "7: pb2053dbbf6ec@if3: <…" the name of a record's link, or of one that continues it ("…a" to
// "…z"); empty for any other line.
std::string_view record_link_in(std::string_view line) {
  constexpr size_t kFirstName = 13;  // "pb" and 11 digits
  const size_t start = line.find(": ");
  if (start == std::string_view::npos || start == 0 ||
      line.find_first_not_of("0123456789") != start) {
    return {};
  }
  std::string_view name = line.substr(start + 2);
  name = name.substr(0, name.find(": "));
  if (name.size() == line.size() - start - 2) return {};
  name = name.substr(0, name.find('@'));
  const bool continues = name.size() == kFirstName + 1 && name.back() >= 'a' && name.back() <= 'z';
  return is_record_name(continues ? name.substr(0, kFirstName) : name) ? name : std::string_view();
}

// The links of a record, each with its alias: "7: pb2053dbbf6ec: <…" and, below it, "    alias {…".
std::vector<PodLink> links_of(const std::string& ip_link) {
  constexpr std::string_view kAlias = "alias ";
  std::vector<PodLink> links;
  std::istringstream lines(ip_link);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    const size_t text = line.find_first_not_of(" \t");
    if (text == std::string::npos) continue;
    if (text == 0) {
      const std::string name(record_link_in(line));
      inside = !name.empty();
      if (inside) links.push_back({.name = IfName::parse(name), .kind = "dummy"});
    } else if (inside && line.compare(text, kAlias.size(), kAlias) == 0) {
      links.back().alias = line.substr(text + kAlias.size());
    }
  }
  return links;
}

std::vector<PodLink> links_of_json(const std::string& json, const IfName& record) {
  std::string text = json;
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  std::vector<PodLink> links;
  for (const std::string& alias : split_aliases(text)) {
    links.push_back(
        {.name = record_link_name(record, links.size()), .kind = "dummy", .alias = alias});
  }
  return links;
}

}  // namespace

std::vector<std::string> put_record(const std::string& argument, const Vmi& vmi, PodState& pod) {
  const size_t equals = argument.find('=');
  const std::string network = argument.substr(0, equals == std::string::npos ? 0 : equals);
  const bool named = find_network(vmi, network) != nullptr;
  const std::string file = named ? argument.substr(equals + 1) : argument;
  const std::string text = read_text(file);
  const size_t start = text.find_first_not_of(" \t\r\n");
  const bool json = start != std::string::npos && text[start] == '{';
  const std::vector<PodLink> links =
      json ? links_of_json(text.substr(start),
                           link_names(named ? network : only_network(vmi, file)).record)
           : links_of(text);
  if (links.empty()) {
    throw Error(Errc::kInvalidInput,
                "expected a record's JSON or what `ip -d link` prints of links pb…, found neither",
                file);
  }
  std::vector<std::string> networks;
  for (const VmiInterface& each : vmi.interfaces) {
    const std::string first = link_names(each.name).record.str();
    const auto is_its = [&](const PodLink& link) { return link.name.str().starts_with(first); };
    if (std::none_of(links.begin(), links.end(), is_its)) continue;
    std::erase_if(pod.links, is_its);
    networks.push_back(each.name);
  }
  if (networks.empty()) {
    throw Error(Errc::kInvalidInput, "has records of none of the VM's networks", file);
  }
  pod.links.insert(pod.links.end(), links.begin(), links.end());
  return networks;
}

}  // namespace patchbay::cli
