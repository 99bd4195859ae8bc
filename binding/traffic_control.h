// tc requests: the ingress qdisc and its filters (tc(8), tc-u32(8), tc-mirred(8), tc-bpf(8)).
// Private to binding/.
//
// Every frame is redirected by u32 and mirred. ./dev bench, Linux 6.18 on two shared cores,
// 2026-11-24, 14 rounds in turn: ns of CPU a frame takes from tap to tap, system calls, veth and a
// node's bridge included, out of the guest and into it. Median, and the median of its ratios to u32
// in the same round. The rounds themselves lie further apart, by 20 to 90 % from least to most.
//
//                             64 bytes               1400 bytes             60 kB GSO
//                          out        in          out        in          out        in
//   no pod at all       3850 0.86  3891 0.89   4130 0.89  4083 0.90   8479 0.93  8259 0.91
//   in-pod bridge       4499 0.99  4535 1.04   4458 0.98  4470 0.99   9030 1.03  9036 1.02
//   u32 + mirred        4500 1     4352 1      4493 1     4474 1      9213 1     9122 1
//   cls_bpf + mirred    4790 1.06  4539 1.06   4620 1.03  4722 1.05   9184 1.03  9382 1.01
//   bpf_redirect, tc    4387 1.01  4362 1.02   4577 1.02  4700 1.02   8841 1.02  8600 0.99
//   bpf_redirect, tcx   4231 0.97  4347 1.03   4483 1.00  4452 1.00   9051 1.05  8763 0.98
//   a trunk's filter,
//   then u32 + mirred   4650 1.06  4596 1.04   4857 1.06  4701 1.05   8920 1.03  8681 0.99
//   matchall + mirred   not on this kernel; on Debian's 6.1, emulated, never cheaper than u32
//
// 4500 ns a frame are 222 000 frames a second on one core. The ways differ by less than the rounds
// do: what a frame costs is its system calls and the veth. So the most portable stays. u32 and
// mirred are what CNI's bandwidth plugin needs, too; matchall is left out of some kernels, as of
// this one; tcx came with 6.6; and what an eBPF program does can't be read back for CHECK to
// compare.
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

// CopyDhcpAnswers, by cls_bpf and mirred: `program` is the number of load_dhcp_answers' file, which
// the filter then holds itself. What it matches is mirrored and passed up (TC_ACT_OK).
NetlinkMessage add_dhcp_answers_request(int from, uint16_t priority, int program, int to);

// GuestPort, by cls_bpf with direct-action: `program` is the number of load_port's file.
NetlinkMessage add_port_request(int link, uint16_t priority, int program, std::string_view name);

// MakeControl's, at the egress of `link`: a clsact qdisc, and one filter by cls_bpf with
// direct-action, which takes the place of the last one. `program` is the number of load_control's
// file.
NetlinkMessage add_clsact_request(int link);
NetlinkMessage set_control_request(int link, int program, std::string_view name);
NetlinkMessage read_egress_filters_request(int link);

}  // namespace patchbay
