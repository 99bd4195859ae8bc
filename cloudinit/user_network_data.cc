#include "cloudinit/user_network_data.h"

#include <algorithm>
#include <utility>

#include "cloudinit/eni_text.h"
#include "cloudinit/yaml_tree.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;
constexpr size_t kMaxNameSize = 15;  // the kernel's IFNAMSIZ, less the final NUL

// The scalar's text; empty for anything else, so that a malformed entry is an entry that says less.
std::string scalar(const YamlNode* node) {
  return node && node->is_scalar() ? node->text : std::string();
}

// PyYAML's booleans (YAML 1.1), which is what cloud-init sees.
bool is_true(const YamlNode* node) {
  const std::string text = lower_case(scalar(node));
  return text == "true" || text == "yes" || text == "on";
}

std::optional<Mac> read_mac(const YamlNode* node) {
  try {
    return Mac::parse(scalar(node));
  } catch (const Error&) {
    return std::nullopt;
  }
}

void add_address(const std::string& text, std::vector<UserAddress>& addresses) {
  if (text.empty() || addresses.size() == kMaxUserEntries) return;
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

// One form each: how NICs, names and references between them are written there.
class Reader {
 public:
  Reader(const YamlDocument& document, bool wrapped) : document_(document) {
    read_.wrapped = wrapped;
  }

  UserNetworkData v1(const YamlNode* network);
  UserNetworkData v2(const YamlNode* network);
  UserNetworkData network_data();

 private:
  const YamlNode* child(const YamlNode* node, std::string_view key) const {
    return document_.child(node, key);
  }

  std::vector<const YamlNode*> items(const YamlNode* node) const;
  void add_nic(UserNic nic, const YamlNode& at);
  void use(const std::string& id);
  void refer(const YamlNode* names);
  UserNetworkData done(UserForm form);

  void v2_nics(const YamlNode* section);
  UserNic v2_nic(const YamlNode* entry) const;
  void v2_device(std::string_view kind, const YamlNode& key, const YamlNode* entry);
  UserNic v1_nic(const YamlNode* entry) const;
  void link(const YamlNode* entry);
  void network_of_link(const YamlNode* entry);

  const YamlDocument& document_;
  UserNetworkData read_;
  std::vector<const YamlNode*> references_;
};

// Resolved; none where `node` is no sequence.
std::vector<const YamlNode*> Reader::items(const YamlNode* node) const {
  std::vector<const YamlNode*> resolved;
  if (!node || !node->is_sequence()) return resolved;
  for (const YamlNode& item : node->children) {
    if (resolved.size() == kMaxUserEntries) break;
    resolved.push_back(document_.resolve(&item));
  }
  return resolved;
}

void Reader::add_nic(UserNic nic, const YamlNode& at) {
  if (read_.nics.size() == kMaxUserEntries) return;
  nic.line = at.line + 1;
  use(nic.label);
  read_.nics.push_back(std::move(nic));
}

void Reader::use(const std::string& id) {
  if (!id.empty() && read_.ids.size() < kMaxUserEntries) read_.ids.push_back(id);
}

// By a bond, bridge or VLAN that stands on NICs.
void Reader::refer(const YamlNode* names) {
  if (!names || references_.size() >= kMaxUserEntries) return;
  if (names->is_scalar()) references_.push_back(names);
  for (const YamlNode* name : items(names)) {
    if (name->is_scalar()) references_.push_back(name);
  }
}

UserNetworkData Reader::done(UserForm form) {
  read_.form = form;
  for (const YamlNode* name : references_) {
    if (std::find(read_.ids.begin(), read_.ids.end(), name->text) != read_.ids.end()) continue;
    add_nic({name->text, 0, {}, false, false, {}}, *name);
  }
  return std::move(read_);
}

UserNic Reader::v2_nic(const YamlNode* entry) const {
  UserNic nic;
  nic.mac = read_mac(child(child(entry, "match"), "macaddress"));
  nic.dhcp4 = is_true(child(entry, "dhcp4"));
  nic.dhcp6 = is_true(child(entry, "dhcp6"));
  for (const YamlNode* address : items(child(entry, "addresses"))) {
    // netplan also takes {"192.168.0.62/26": {label: …}}.
    const bool labelled = address->is_map() && address->children.size() == 2;
    add_address(scalar(labelled ? &address->children[0] : address), nic.addresses);
  }
  return nic;
}

// A merge key is an entry like any other here, one without MAC: who knows what it brings.
void Reader::v2_nics(const YamlNode* section) {
  if (!section || !section->is_map()) return;
  for (size_t i = 0; i < section->children.size(); i += 2) {
    if (read_.nics.size() == kMaxUserEntries) break;
    const YamlNode& key = section->children[i];
    UserNic nic = v2_nic(document_.resolve(&section->children[i + 1]));
    nic.label = scalar(&key);
    add_nic(std::move(nic), key);
  }
}

void Reader::v2_device(std::string_view kind, const YamlNode& key, const YamlNode* entry) {
  use(scalar(&key));
  refer(child(entry, "interfaces"));
  if (kind == "vlans") refer(child(entry, "link"));
}

UserNetworkData Reader::v2(const YamlNode* network) {
  v2_nics(child(network, "ethernets"));
  v2_nics(child(network, "nm-devices"));
  for (const std::string_view kind : {"bonds", "bridges", "vlans", "vrfs", "tunnels", "wifis",
                                      "modems", "dummy-devices", "virtual-ethernets"}) {
    const YamlNode* section = child(network, kind);
    if (!section || !section->is_map()) continue;
    for (size_t i = 0; i < section->children.size(); i += 2) {
      v2_device(kind, section->children[i], document_.resolve(&section->children[i + 1]));
    }
  }
  return done(UserForm::kV2);
}

UserNic Reader::v1_nic(const YamlNode* entry) const {
  UserNic nic;
  nic.label = scalar(child(entry, "name"));
  nic.mac = read_mac(child(entry, "mac_address"));
  for (const YamlNode* subnet : items(child(entry, "subnets"))) {
    const std::string type = scalar(child(subnet, "type"));
    if (type == "dhcp" || type == "dhcp4") nic.dhcp4 = true;
    if (type == "dhcp6" || type.starts_with("ipv6_dhcpv6")) nic.dhcp6 = true;
    add_address(scalar(child(subnet, "address")), nic.addresses);
  }
  return nic;
}

UserNetworkData Reader::v1(const YamlNode* network) {
  for (const YamlNode* entry : items(child(network, "config"))) {
    if (scalar(child(entry, "type")) == "physical") {
      add_nic(v1_nic(entry), *entry);
    } else {
      use(scalar(child(entry, "name")));
    }
    for (const char* key : {"bond_interfaces", "bridge_interfaces", "vlan_link"}) {
      refer(child(entry, key));
    }
  }
  return done(UserForm::kV1);
}

void Reader::link(const YamlNode* entry) {
  const std::string type = scalar(child(entry, "type"));
  const std::string id = scalar(child(entry, "id"));
  use(scalar(child(entry, "name")));
  refer(child(entry, "bond_links"));
  refer(child(entry, "vlan_link"));
  if (type == "bond" || type == "vlan") {
    use(id);
  } else {
    add_nic({id, 0, read_mac(child(entry, "ethernet_mac_address")), false, false, {}}, *entry);
  }
}

void Reader::network_of_link(const YamlNode* entry) {
  use(scalar(child(entry, "id")));
  const std::string link = scalar(child(entry, "link"));
  const std::string type = scalar(child(entry, "type"));
  for (UserNic& nic : read_.nics) {
    if (nic.label != link) continue;
    if (type == "ipv4_dhcp") nic.dhcp4 = true;
    if (type.starts_with("ipv6_dhcp")) nic.dhcp6 = true;
    add_address(scalar(child(entry, "ip_address")), nic.addresses);
  }
}

UserNetworkData Reader::network_data() {
  for (const YamlNode* entry : items(document_.root().find("links"))) link(entry);
  for (const YamlNode* entry : items(document_.root().find("networks"))) network_of_link(entry);
  return done(UserForm::kNetworkData);
}

UserNetworkData unknown(std::string problem) {
  return {UserForm::kUnknown, std::move(problem), false, {}, {}};
}

UserNetworkData read_document(const YamlDocument& document) {
  const YamlNode* root = &document.root();
  const YamlNode* wrapped = document.child(root, "network");
  const YamlNode* network = wrapped ? wrapped : root;
  Reader reader(document, wrapped != nullptr);
  const std::string version = scalar(document.child(network, "version"));
  if (version == "1") return reader.v1(network);
  if (version == "2") return reader.v2(network);
  for (const char* key : {"links", "networks"}) {
    const YamlNode* list = root->find(key);
    if (list && list->is_sequence()) return reader.network_data();
  }
  return unknown("it is neither network-config version 1 nor version 2");
}

UserNetworkData read_yaml(std::string_view text) {
  try {
    return read_document(YamlDocument::parse(text));
  } catch (const Error& error) {
    return unknown("it " + error.message());
  }
}

}  // namespace

UserNetworkData read_user_network_data(std::string_view text) {
  if (text.size() > kMaxBytes) return unknown("it is longer than 1 MiB");
  UserNetworkData read = read_yaml(text);
  if (read.form != UserForm::kUnknown) return read;
  std::vector<UserNic> nics = read_eni(text, kMaxUserEntries);
  if (nics.empty()) return read;
  return {UserForm::kEni, "it is ENI text (/etc/network/interfaces)", false, std::move(nics), {}};
}

std::string free_id(const std::string& wanted, std::vector<std::string>& taken) {
  std::string id = wanted;
  for (int n = 2; std::find(taken.begin(), taken.end(), id) != taken.end(); ++n) {
    const std::string number = "-" + std::to_string(n);
    id = wanted.substr(0, kMaxNameSize - number.size()) + number;
  }
  taken.push_back(id);
  return id;
}

}  // namespace patchbay::cloudinit
