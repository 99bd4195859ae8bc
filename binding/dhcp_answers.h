// DHCP answers, for CNI's `dhcp` daemon. It renews a pod's lease through a packet socket on the
// pod's interface, bound to IPv4, and packet sockets that are bound to one protocol get a frame
// only after tc ingress (net/core/dev.c, __netif_receive_skb_core): where all frames are redirected
// there, it hears no answer, and when the lease runs out it takes the interface down, the guest's
// network with it (containernetworking/plugins, plugins/ipam/dhcp/lease.go).
//
// The cure is this program and the filter around it (traffic_control.h): of a DHCP answer the guest
// gets a copy, as it gets everything, since it may well have a DHCP client of its own; the frame
// itself goes up the pod's stack marked as another host's (PACKET_OTHERHOST), which packet sockets
// take and the IP stack drops before it looks at it (net/ipv4/ip_input.c, ip_rcv_core). So the pod,
// which forwards and does not have the address, neither answers nor forwards it.
#pragma once

#include <linux/bpf.h>

#include <string_view>
#include <vector>

#include "binding/net_namespace.h"

namespace patchbay {

// The filter's name in the kernel, shown by `tc filter show`: CHECK knows the program by it, since
// the kernel shows no instruction of one that it was given by number. Another program needs another
// name.
inline constexpr std::string_view kDhcpAnswersName = "patchbay-dhcp-answers-1";

// A classifier (BPF_PROG_TYPE_SCHED_CLS): -1, which is "matches" (tc-bpf(8)), for an untagged IPv4
// frame that is no fragment and carries UDP to port 68, now marked as another host's; 0 otherwise.
std::vector<bpf_insn> dhcp_answers_program();

// Loads it, for the filter to hold; with the last filter it is gone. Needs root in the initial user
// namespace. Throws Error{kKernel}.
FileDescriptor load_dhcp_answers();

}  // namespace patchbay
