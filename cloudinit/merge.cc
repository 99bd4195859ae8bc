#include "cloudinit/merge.h"

#include <algorithm>

#include "cloudinit/json_splice.h"
#include "cloudinit/yaml_splice.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

constexpr size_t kNamed = 5;  // entries in a message

// Why nothing may be added, whatever the form; empty: nothing speaks against it.
std::string obstacle(const UserNetworkData& user, const std::vector<NicText>& missing) {
  if (user.nics.size() >= kMaxUserEntries || user.ids.size() >= kMaxUserEntries) {
    return "it has more entries than are read";
  }
  std::vector<std::string> without_mac;
  for (const UserNic& nic : user.nics) {
    if (nic.mac || without_mac.size() == kNamed) continue;
    without_mac.push_back(in_quotes(nic.label) + " (line " + std::to_string(nic.line) + ")");
  }
  if (!without_mac.empty()) {
    return "it matches " + join(without_mac) + " by no MAC address, which may be the same NIC";
  }
  for (const NicText& nic : missing) {
    if (std::find(user.ids.begin(), user.ids.end(), nic.id) != user.ids.end()) {
      return "it has something else of the name " + in_quotes(nic.id);
    }
  }
  return {};
}

// PyYAML takes no tab for indentation, yaml-cpp some. Not so inside of long strings, but there are
// none in network-config.
bool is_indented_by_tab(std::string_view text) {
  for (size_t start = 0; start < text.size();) {
    const size_t first = text.find_first_not_of(' ', start);
    if (first != std::string_view::npos && text[first] == '\t') return true;
    const size_t end = text.find('\n', start);
    start = end == std::string_view::npos ? text.size() : end + 1;
  }
  return false;
}

Spliced add_entries(std::string_view text, bool wrapped, std::string_view key,
                    const std::vector<NicText>& missing) {
  if (is_indented_by_tab(text)) return left_whole(text, "it is indented by tabs");
  YamlAddition addition;
  if (wrapped) addition.path.push_back("network");
  addition.path.push_back(key);
  addition.sibling = "version";
  for (const NicText& nic : missing) addition.entries.push_back(nic.yaml);
  return add_to_yaml(text, addition);
}

Spliced add_parts(std::string_view text, const std::vector<NicText>& missing) {
  JsonAddition links{"links", {}};
  JsonAddition networks{"networks", {}};
  for (const NicText& nic : missing) {
    links.elements.push_back(nic.link);
    networks.elements.insert(networks.elements.end(), nic.networks.begin(), nic.networks.end());
  }
  return add_to_json(text, {links, networks});
}

}  // namespace

Spliced merge_network_data(std::string_view text, const UserNetworkData& user,
                           const std::vector<NicText>& missing) {
  if (missing.empty()) return splice(text, {});
  if (std::string why = obstacle(user, missing); !why.empty()) {
    return left_whole(text, std::move(why));
  }
  switch (user.form) {
    case UserForm::kV1:
      return add_entries(text, user.wrapped, "config", missing);
    case UserForm::kV2:
      return add_entries(text, user.wrapped, "ethernets", missing);
    case UserForm::kNetworkData:
      return add_parts(text, missing);
    case UserForm::kEni:
    case UserForm::kUnknown:
      break;
  }
  return left_whole(text, user.problem);
}

std::string by_hand(UserForm form, const NicText& nic) {
  switch (form) {
    case UserForm::kV1:
      return "add under \"config:\" " + nic.yaml;
    case UserForm::kV2:
      return "add under \"ethernets:\" " + nic.yaml;
    case UserForm::kNetworkData:
      return "add to \"links\" " + nic.link + ", to \"networks\" " + join(nic.networks);
    case UserForm::kEni:
    case UserForm::kUnknown:
      break;
  }
  return "write it there, matched by the MAC address, or remove networkData to have it written for "
         "you";
}

}  // namespace patchbay::cloudinit
