// Which VLANs a trunk to the guest carries, as a classic BPF program for tc ingress (JudgeFrames).
// u32 could not tell: it sees bytes, and the kernel takes a frame's outer tag out of them before tc
// ingress, whether the device did so already or not (net/core/dev.c, skb_vlan_untag).
#pragma once

#include <vector>

#include "binding/ingress.h"
#include "plan/vlan_range.h"

namespace patchbay {

// Leaves to the next filter (TC_ACT_UNSPEC) what has an outer tag, 802.1Q or 802.1ad, with one of
// `ids`, and what is untagged; drops (TC_ACT_SHOT) the rest. A priority tag (id 0) counts as none,
// so the tag behind it is judged: a switch that strips the first would forward by the second.
// `ids` are at most kMaxTrunkRanges.
BpfProgram trunk_program(const std::vector<VlanRange>& ids);

}  // namespace patchbay
