// What the kernel tells of tc ingress, as values: pure functions from one rtnetlink message
// (include/uapi/linux/{pkt_sched,pkt_cls}.h, net/sched/cls_u32.c, cls_bpf.c, act_mirred.c). Private
// to binding/.
#pragma once

#include <optional>
#include <string>

#include "binding/ingress.h"
#include "binding/netlink_message.h"

namespace patchbay {

// `to` is the target of a RedirectAll or CopyDhcpAnswers as the kernel names it, by number, 0 where
// it is gone; its name is left empty. `program` is the number of a GuestPort's, which is not
// opened here.
struct DecodedFilter {
  IngressFilter filter;
  uint32_t to = 0;
  uint32_t program = 0;
};

// Nothing for what comes along in a dump and is no filter: a priority's head, u32's hash tables.
std::optional<DecodedFilter> decode_filter(const nlmsghdr& message);

// The name of a GuestPort's, at whichever side of a link; nothing for other filters.
std::optional<std::string> decode_control(const nlmsghdr& message);

// The kind of the qdisc at `link`'s ingress, "ingress" or "clsact"; nothing for another qdisc.
std::optional<std::string> decode_ingress_kind(const nlmsghdr& message, int link);

}  // namespace patchbay
