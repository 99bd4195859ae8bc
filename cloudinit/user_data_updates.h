// What userData has to say for networkData to be applied: KubeVirt pins the instance-id, so
// cloud-init would use a changed one at the first boot only.
#pragma once

#include <string>
#include <string_view>

#include "cloudinit/splice.h"

namespace patchbay::cloudinit {

// `updates: {network: {when: [boot]}}` (cloud-init, "Events and updates") put on top of a plain
// cloud-config that has no `updates` of its own; blank userData becomes one. Left whole are all
// other kinds of userData, told apart as cloud-init does (handlers/__init__.py, user_data.py), and
// what yaml_splice.h says. Throws nothing for what a user wrote.
Spliced with_network_updates(std::string_view user_data);

// Where userData configures NICs past networkData, by files of ifcfg, netplan, networkd,
// NetworkManager or ENI, by nmcli, or on Windows by netsh and PowerShell, each once:
// "line 7 (/etc/netplan/60-data.yaml), line 9 (nmcli)"; empty: nowhere. In a cloud-config only what
// it writes and runs counts, in other kinds every line.
std::string writes_network_files(std::string_view user_data);

}  // namespace patchbay::cloudinit
