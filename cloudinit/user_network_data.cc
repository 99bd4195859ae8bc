#include "cloudinit/user_network_data.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "plan/error.h"

namespace patchbay::cloudinit {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;
constexpr size_t kMaxEntries = 1000;

// The scalar's text; empty for anything else, so that a malformed entry is an entry that says less.
std::string scalar(const YAML::Node& node) {
  return node.IsDefined() && node.IsScalar() ? node.Scalar() : std::string();
}

YAML::Node child(const YAML::Node& node, const char* key) {
  return node.IsDefined() && node.IsMap() ? node[key] : YAML::Node(YAML::NodeType::Undefined);
}

// PyYAML's booleans (YAML 1.1), which is what cloud-init sees.
bool is_true(const YAML::Node& node) {
  std::string text = scalar(node);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c < 0x80 ? static_cast<char>(std::tolower(c)) : c; });
  return text == "true" || text == "yes" || text == "on";
}

std::optional<Mac> read_mac(const YAML::Node& node) {
  try {
    return Mac::parse(scalar(node));
  } catch (const Error&) {
    return std::nullopt;
  }
}

void add_address(const std::string& text, std::vector<UserAddress>& addresses) {
  if (text.empty() || addresses.size() == kMaxEntries) return;
  try {
    if (text.find('/') == std::string::npos) {
      addresses.push_back({IpAddress::parse(text), std::nullopt});
    } else {
      const IpPrefix prefix = IpPrefix::parse(text);
      addresses.push_back({prefix.address, prefix.length});
    }
  } catch (const Error&) {
    // "192.168.0.62/255.255.255.0" or a mistake: not an address we could compare.
  }
}

int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

UserNic read_v2_nic(const YAML::Node& key, const YAML::Node& entry) {
  UserNic nic;
  nic.label = scalar(key);
  nic.line = line_of(key);
  nic.mac = read_mac(child(child(entry, "match"), "macaddress"));
  nic.dhcp4 = is_true(child(entry, "dhcp4"));
  nic.dhcp6 = is_true(child(entry, "dhcp6"));
  const YAML::Node addresses = child(entry, "addresses");
  if (!addresses.IsDefined() || !addresses.IsSequence()) return nic;
  for (const YAML::Node& address : addresses) {
    // netplan also takes {"192.168.0.62/26": {label: …}}.
    add_address(
        address.IsMap() && address.size() == 1 ? scalar(address.begin()->first) : scalar(address),
        nic.addresses);
  }
  return nic;
}

void read_v1_subnet(const YAML::Node& subnet, UserNic& nic) {
  const std::string type = scalar(child(subnet, "type"));
  if (type == "dhcp" || type == "dhcp4") nic.dhcp4 = true;
  if (type == "dhcp6" || type.starts_with("ipv6_dhcpv6")) nic.dhcp6 = true;
  add_address(scalar(child(subnet, "address")), nic.addresses);
}

UserNic read_v1_nic(const YAML::Node& entry) {
  UserNic nic;
  nic.label = scalar(child(entry, "name"));
  nic.line = line_of(entry);
  nic.mac = read_mac(child(entry, "mac_address"));
  const YAML::Node subnets = child(entry, "subnets");
  if (!subnets.IsDefined() || !subnets.IsSequence()) return nic;
  for (const YAML::Node& subnet : subnets) {
    if (nic.addresses.size() == kMaxEntries) break;
    read_v1_subnet(subnet, nic);
  }
  return nic;
}

std::vector<UserNic> read_v2(const YAML::Node& network) {
  std::vector<UserNic> nics;
  const YAML::Node ethernets = child(network, "ethernets");
  if (!ethernets.IsDefined() || !ethernets.IsMap()) return nics;
  for (const auto& entry : ethernets) {
    if (nics.size() == kMaxEntries) break;
    nics.push_back(read_v2_nic(entry.first, entry.second));
  }
  return nics;
}

std::vector<UserNic> read_v1(const YAML::Node& network) {
  std::vector<UserNic> nics;
  const YAML::Node config = child(network, "config");
  if (!config.IsDefined() || !config.IsSequence()) return nics;
  for (const YAML::Node& entry : config) {
    if (nics.size() == kMaxEntries) break;
    if (scalar(child(entry, "type")) == "physical") nics.push_back(read_v1_nic(entry));
  }
  return nics;
}

UserNetworkData read(const std::string& text) {
  // Not LoadAll: after a stray token (",") yaml-cpp 0.7 finds empty documents without end.
  const YAML::Node document = YAML::Load(text);
  const YAML::Node wrapped = child(document, "network");
  const YAML::Node& network = wrapped.IsDefined() ? wrapped : document;
  const std::string version = scalar(child(network, "version"));
  if (version == "1") return {UserForm::kV1, {}, read_v1(network)};
  if (version == "2") return {UserForm::kV2, {}, read_v2(network)};
  return {UserForm::kUnknown, "it is neither network-config version 1 nor version 2", {}};
}

}  // namespace

UserNetworkData read_user_network_data(std::string_view text) {
  if (text.size() > kMaxBytes) return {UserForm::kUnknown, "it is longer than 1 MiB", {}};
  try {
    return read(std::string(text));
  } catch (const YAML::Exception& e) {
    return {
        UserForm::kUnknown, "it is not YAML (line " + std::to_string(e.mark.line + 1) + ")", {}};
  }
}

}  // namespace patchbay::cloudinit
