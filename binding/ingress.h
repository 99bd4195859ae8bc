// What hangs at a link's tc ingress, where every frame that the link receives comes by first
// (tc(8), net/core/dev.c, sch_handle_ingress): plain values, for steps to ask for, read back and
// compare.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "binding/net_namespace.h"
#include "binding/responder/answers.h"
#include "binding/responder/guard_rules.h"
#include "plan/net_types.h"

namespace patchbay {

// struct sock_filter (linux/filter.h): one instruction of classic BPF.
struct BpfInstruction {
  uint16_t code = 0;
  uint8_t jt = 0;
  uint8_t jf = 0;
  uint32_t k = 0;

  bool operator==(const BpfInstruction&) const = default;
};
using BpfProgram = std::vector<BpfInstruction>;

// Every frame goes out of `to`, whatever its protocol and tags and however short. An empty name:
// out of a link that is gone, so nowhere.
struct RedirectAll {
  IfName to;

  bool operator==(const RedirectAll&) const = default;
};

// The program's value is what becomes of the frame: TC_ACT_SHOT drops it, TC_ACT_UNSPEC leaves it
// to the next filter (linux/pkt_cls.h).
struct JudgeFrames {
  BpfProgram program;

  bool operator==(const JudgeFrames&) const = default;
};

// Every DHCP answer goes out of `to` and, as another host's, up to packet sockets, where CNI's dhcp
// daemon waits for it (dhcp_answers.h); other frames are left to the next filter. An empty name as
// above.
struct CopyDhcpAnswers {
  IfName to;

  bool operator==(const CopyDhcpAnswers&) const = default;
};

// What a guest's port does with the guest's frames.
struct PortRules {
  pb_guard guard{};
  pb_answers answers{};
  bool responds = false;  // answers the guest, by `answers` or what the pod tells it later
};

// Frames that the guard does not let out are dropped; what the guest asks by DHCP or of routers is
// answered, the answer leaves by the link itself; other frames are left to the next filter
// (port_program.h). A name stands for program and rules.
struct GuestPort {
  std::string name;
  std::shared_ptr<const PortRules> rules;         // null: read from the kernel, which has them
  std::shared_ptr<const FileDescriptor> program;  // that was read; null: to be loaded
  IfName uplink;  // where a solicitation goes, too; empty: nowhere; as `rules`

  bool operator==(const GuestPort& other) const { return name == other.name; }
};

// Anything else: not of our making, never touched.
struct ForeignFilter {
  bool operator==(const ForeignFilter&) const = default;
};

using IngressFilter =
    std::variant<RedirectAll, JudgeFrames, CopyDhcpAnswers, GuestPort, ForeignFilter>;

// The name of the link that a filter sends frames out of; null where it sends none.
inline IfName* target_of(IngressFilter& filter) {
  if (auto* redirect = std::get_if<RedirectAll>(&filter)) return &redirect->to;
  if (auto* copy = std::get_if<CopyDhcpAnswers>(&filter)) return &copy->to;
  return nullptr;
}
inline const IfName* target_of(const IngressFilter& filter) {
  return target_of(const_cast<IngressFilter&>(filter));
}

// In the order in which frames meet them.
struct Ingress {
  std::vector<IngressFilter> filters;

  bool operator==(const Ingress&) const = default;
};

// "a filter of 9 instructions, then a redirect to pod16477688c0e"; "nothing".
std::string to_string(const std::optional<Ingress>& ingress);

}  // namespace patchbay
