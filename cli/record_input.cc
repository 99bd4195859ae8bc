#include "cli/record_input.h"

#include <algorithm>
#include <regex>
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

// The links of a record, each with its alias: "7: pb2053dbbf6ec: <…" and, below it, "    alias {…".
std::vector<PodLink> links_of(const std::string& ip_link) {
  static const std::regex kLink(R"(^\d+: (pb[0-9a-f]{11}[a-z]?)(@[^:]*)?: .*)");
  static const std::regex kAlias(R"(^\s+alias (.*)$)");
  constexpr size_t kLongestLine = 4096;  // std::regex needs a stack for each byte
  std::vector<PodLink> links;
  std::istringstream lines(ip_link);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.size() > kLongestLine) continue;
    if (line.ends_with('\r')) line.pop_back();
    std::smatch match;
    if (!line.empty() && line[0] >= '0' && line[0] <= '9') {
      inside = std::regex_match(line, match, kLink);
      if (inside) links.push_back({.name = IfName::parse(match[1].str()), .kind = "dummy"});
    } else if (inside && std::regex_match(line, match, kAlias)) {
      links.back().alias = match[1].str();
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
