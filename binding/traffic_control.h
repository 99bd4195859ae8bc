// tc requests: the ingress qdisc and its filters (tc(8), tc-u32(8), tc-mirred(8), tc-bpf(8)).
// Private to binding/.
#pragma once

#include "binding/ingress.h"
#include "binding/netlink_message.h"

namespace patchbay {

NetlinkMessage add_ingress_request(int link);
NetlinkMessage remove_ingress_request(int link);
NetlinkMessage read_qdiscs_request();  // of every link: the kernel's dump takes no filter
NetlinkMessage read_filters_request(int link);

// Of several filters the one with the lowest priority, from 1, comes first.

// RedirectAll, by u32 without keys and mirred.
NetlinkMessage add_redirect_request(int from, uint16_t priority, int to);

// JudgeFrames, by cls_bpf with direct-action, which takes classic programs as well.
NetlinkMessage add_judge_request(int link, uint16_t priority, const BpfProgram& program);

}  // namespace patchbay
