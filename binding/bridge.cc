#include "binding/bridge.h"

#include <algorithm>
#include <array>

#include "binding/redirect.h"
#include "plan/names.h"

namespace patchbay {

Mac port_mac(const Mac& guest) {
  std::array<uint8_t, Mac::kSize> bytes{};
  std::copy_n(guest.bytes(), bytes.size(), bytes.begin());
  constexpr uint8_t kLocal = 0x02;  // IEEE 802, 8.2.2
  constexpr uint8_t kAnother = 0x40;
  bytes[0] = static_cast<uint8_t>((bytes[0] | kLocal) ^ kAnother);
  return Mac::from_bytes(bytes.data());
}

std::vector<Step> bridge_steps(const Attachment& attachment, const std::string& selinux_context,
                               const std::optional<GuestPort>& port) {
  const IfName& nic = attachment.pod_interface;
  const IfName& tap = attachment.tap;
  const IfName bridge = link_names_beside(nic).bridge;
  std::vector<Step> steps{MakeTap{tap, tap_options(attachment, selinux_context), attachment.mtu},
                          MakeBridge{bridge}};
  if (attachment.wiring.lro) steps.emplace_back(TurnOffLro{nic});
  steps.insert(steps.end(), {Park{nic, prefixes_of(attachment)},
                             ReplaceMac{nic, attachment.mac, port_mac(attachment.mac)},
                             JoinBridge{nic, bridge}, JoinBridge{tap, bridge}});
  if (port) steps.emplace_back(FilterPort{tap, *port});
  steps.insert(steps.end(), {SetUp{nic}, SetUp{tap}, SetUp{bridge}});
  return steps;
}

}  // namespace patchbay
