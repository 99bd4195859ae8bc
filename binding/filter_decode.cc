#include "binding/filter_decode.h"

#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

#include "binding/dhcp_answers.h"
#include "binding/guest_port.h"

namespace patchbay {
namespace {

// The target's number where `actions` are one, mirred, that sends to an interface's egress as
// `eaction` says.
std::optional<uint32_t> mirred_target(const NetlinkAttributes& actions, int eaction) {
  std::optional<uint32_t> target;
  size_t count = 0;
  actions.for_each([&](const nlattr* attribute) {
    const auto action = NetlinkAttributes::inside(attribute);
    ++count;
    if (action.string(TCA_ACT_KIND) != "mirred") return;
    const auto mirred = action.nested(TCA_ACT_OPTIONS).value<tc_mirred>(TCA_MIRRED_PARMS);
    if (mirred && mirred->eaction == eaction) target = mirred->ifindex;
  });
  return count == 1 ? target : std::nullopt;
}

// No key, terminal, one action that redirects to an interface's egress.
DecodedFilter decode_u32(const NetlinkAttributes& options) {
  const DecodedFilter foreign{ForeignFilter{}};
  // Exactly the selector's head: with a key it would be longer.
  const void* bytes = options.bytes(TCA_U32_SEL, sizeof(tc_u32_sel));
  const auto* selector = static_cast<const tc_u32_sel*>(bytes);
  if (selector == nullptr || (selector->flags & TC_U32_TERMINAL) == 0) return foreign;
  const auto target = mirred_target(options.nested(TCA_U32_ACT), TCA_EGRESS_REDIR);
  return target ? DecodedFilter{RedirectAll{}, *target} : foreign;
}

// Of a program that it was given by number the kernel tells the name alone.
DecodedFilter decode_bpf(const NetlinkAttributes& options) {
  if (options.string(TCA_BPF_NAME) == kDhcpAnswersName) {
    const auto target = mirred_target(options.nested(TCA_BPF_ACT), TCA_EGRESS_MIRROR);
    if (target) return {CopyDhcpAnswers{}, *target};
  }
  const uint32_t flags = options.value<uint32_t>(TCA_BPF_FLAGS).value_or(0);
  const bool direct = (flags & TCA_BPF_FLAG_ACT_DIRECT) != 0 && !options.has(TCA_BPF_ACT);
  if (direct && options.string(TCA_BPF_NAME).starts_with(kPortName)) {
    DecodedFilter decoded{GuestPort{std::string(options.string(TCA_BPF_NAME))}};
    decoded.program = options.value<uint32_t>(TCA_BPF_ID).value_or(0);
    return decoded;
  }
  // Classic, direct-action: no action of its own beside the program.
  const nlattr* program = options.find(TCA_BPF_OPS);
  if (program == nullptr || !direct) return {ForeignFilter{}};
  const auto size = static_cast<size_t>(nla_len(program));
  const auto* bytes = static_cast<const char*>(nla_data(program));
  JudgeFrames filter;
  for (size_t at = 0; at + sizeof(sock_filter) <= size; at += sizeof(sock_filter)) {
    sock_filter instruction{};
    std::memcpy(&instruction, bytes + at, sizeof instruction);
    filter.program.push_back({instruction.code, instruction.jt, instruction.jf, instruction.k});
  }
  return {filter};
}

}  // namespace

std::optional<DecodedFilter> decode_filter(const nlmsghdr& message) {
  const auto* header = header_of<tcmsg>(message);
  if (message.nlmsg_type != RTM_NEWTFILTER || header == nullptr) return std::nullopt;
  const auto attributes = attributes_of<tcmsg>(message);
  const auto options = attributes.nested(TCA_OPTIONS);
  const auto kind = attributes.string(TCA_KIND);
  if (header->tcm_handle == 0) return std::nullopt;
  if (kind == "bpf") return decode_bpf(options);
  if (kind != "u32") return DecodedFilter{ForeignFilter{}};
  if (options.has(TCA_U32_DIVISOR)) return std::nullopt;
  return decode_u32(options);
}

std::optional<std::string> decode_control(const nlmsghdr& message) {
  const auto found = decode_filter(message);
  const auto* port = found ? std::get_if<GuestPort>(&found->filter) : nullptr;
  return port == nullptr ? std::nullopt : std::optional(port->name);
}

std::optional<std::string> decode_ingress_kind(const nlmsghdr& message, int link) {
  const auto* header = header_of<tcmsg>(message);
  if (message.nlmsg_type != RTM_NEWQDISC || header == nullptr) return std::nullopt;
  if (header->tcm_ifindex != link || header->tcm_parent != TC_H_INGRESS) return std::nullopt;
  return std::string(attributes_of<tcmsg>(message).string(TCA_KIND));
}

}  // namespace patchbay
