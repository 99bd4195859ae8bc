// What userData has to say for networkData to be applied: KubeVirt pins the instance-id, so
// cloud-init would use a changed one at the first boot only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloudinit/splice.h"
#include "cloudinit/yaml_tree.h"

namespace patchbay::cloudinit {

// A text, which must outlive it, read once. Throws nothing for what a user wrote.
class UserData {
 public:
  explicit UserData(std::string_view text);

  // `updates: {network: {when: [boot]}}` (cloud-init, "Events and updates") put on top of a plain
  // cloud-config that has no `updates` of its own; blank userData becomes one. Left whole are all
  // other kinds of userData, told apart as cloud-init does (handlers/__init__.py, user_data.py),
  // and what yaml_splice.h says.
  Spliced with_network_updates() const;

  // Where it configures NICs past networkData, by files of ifcfg, netplan, networkd, NetworkManager
  // or ENI, by nmcli, or on Windows by netsh and PowerShell, each once:
  // "line 7 (/etc/netplan/60-data.yaml), line 9 (nmcli)"; empty: nowhere. In a cloud-config only
  // what it writes and runs counts, in other kinds every line.
  std::string network_files() const;

 private:
  std::string_view text_;
  size_t config_start_;  // where the YAML of a plain cloud-config starts; npos: it is none
  std::optional<YamlDocument> config_;  // nothing, too, where that is not YAML
};

}  // namespace patchbay::cloudinit
