#include "binding/traffic_control.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <sys/socket.h>

#include <cstring>
#include <utility>

#include "binding/dhcp_answers.h"

namespace patchbay {
namespace {

// include/uapi/linux/pkt_sched.h: the handle that belongs to ingress, and where its filters hang;
// the second number serves a clsact qdisc as well.
constexpr uint32_t kIngressHandle = 0xffff0000;
constexpr uint32_t kIngressFilters = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
constexpr uint32_t kEgressFilters = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);

tcmsg header_for(int link, uint32_t parent, uint32_t handle = 0) {
  tcmsg header{};
  header.tcm_family = AF_UNSPEC;
  header.tcm_ifindex = link;
  header.tcm_parent = parent;
  header.tcm_handle = handle;
  return header;
}

NetlinkMessage qdisc_request(int type, int flags, int link) {
  NetlinkMessage request(type, flags);
  request.header(header_for(link, TC_H_INGRESS, kIngressHandle));
  return request;
}

// A filter that `put_options` describes to its kind.
template <typename PutOptions>
NetlinkMessage filter_request(int flags, tcmsg header, uint16_t priority, std::string_view kind,
                              PutOptions&& put_options) {
  header.tcm_info = TC_H_MAKE(uint32_t{priority} << 16, htons(ETH_P_ALL));
  NetlinkMessage request(RTM_NEWTFILTER, NLM_F_CREATE | flags);
  request.header(header);
  request.string(TCA_KIND, kind);
  request.nest(TCA_OPTIONS, put_options);
  return request;
}

// The same at ingress, where nothing of that priority is yet.
template <typename PutOptions>
NetlinkMessage filter_request(int link, uint16_t priority, std::string_view kind,
                              PutOptions&& put_options) {
  return filter_request(NLM_F_EXCL, header_for(link, kIngressFilters), priority, kind,
                        std::forward<PutOptions>(put_options));
}

// An eBPF program that decides itself.
void put_program(NetlinkMessage& options, int program, std::string_view name) {
  options.u32(TCA_BPF_FD, static_cast<uint32_t>(program));
  options.string(TCA_BPF_NAME, name);
  options.u32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
}

// A selector without keys reads no byte of the frame: with one, a frame too short for it would pass
// by.
void put_match_all(NetlinkMessage& request) {
  tc_u32_sel selector;
  std::memset(&selector, 0, sizeof selector);  // its array of keys has no size to initialise
  selector.flags = TC_U32_TERMINAL;
  request.bytes(TCA_U32_SEL, &selector, sizeof selector);
}

// The filter's one action: mirred does `eaction` to `to`, and the frame's way ends with `verdict`.
void put_mirred(NetlinkMessage& request, int attribute, int eaction, int verdict, int to) {
  constexpr int kFirstAction = 1;
  tc_mirred mirred{};
  mirred.action = verdict;
  mirred.eaction = eaction;
  mirred.ifindex = static_cast<uint32_t>(to);
  request.nest(attribute, [&mirred](NetlinkMessage& actions) {
    actions.nest(kFirstAction, [&mirred](NetlinkMessage& action) {
      action.string(TCA_ACT_KIND, "mirred");
      action.nest(TCA_ACT_OPTIONS, [&mirred](NetlinkMessage& options) {
        options.bytes(TCA_MIRRED_PARMS, &mirred, sizeof mirred);
      });
    });
  });
}

}  // namespace

NetlinkMessage add_ingress_request(int link) {
  NetlinkMessage request = qdisc_request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, link);
  request.string(TCA_KIND, "ingress");
  return request;
}

NetlinkMessage remove_ingress_request(int link) { return qdisc_request(RTM_DELQDISC, 0, link); }

NetlinkMessage read_qdiscs_request() {
  NetlinkMessage request(RTM_GETQDISC, NLM_F_DUMP);
  request.header(tcmsg{});
  return request;
}

NetlinkMessage read_filters_request(int link) {
  NetlinkMessage request(RTM_GETTFILTER, NLM_F_DUMP);
  request.header(header_for(link, kIngressFilters));
  return request;
}

NetlinkMessage add_redirect_request(int from, uint16_t priority, int to) {
  return filter_request(from, priority, "u32", [to](NetlinkMessage& options) {
    put_match_all(options);
    put_mirred(options, TCA_U32_ACT, TCA_EGRESS_REDIR, TC_ACT_STOLEN, to);
  });
}

NetlinkMessage add_judge_request(int link, uint16_t priority, const BpfProgram& program) {
  static_assert(sizeof(BpfInstruction) == sizeof(sock_filter));
  return filter_request(link, priority, "bpf", [&program](NetlinkMessage& options) {
    const auto length = static_cast<uint16_t>(program.size());
    options.bytes(TCA_BPF_OPS_LEN, &length, sizeof length);
    options.bytes(TCA_BPF_OPS, program.data(), program.size() * sizeof(BpfInstruction));
    options.u32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
  });
}

NetlinkMessage add_dhcp_answers_request(int from, uint16_t priority, int program, int to) {
  return filter_request(from, priority, "bpf", [program, to](NetlinkMessage& options) {
    options.u32(TCA_BPF_FD, static_cast<uint32_t>(program));
    options.string(TCA_BPF_NAME, kDhcpAnswersName);
    put_mirred(options, TCA_BPF_ACT, TCA_EGRESS_MIRROR, TC_ACT_OK, to);
  });
}

NetlinkMessage add_port_request(int link, uint16_t priority, int program, std::string_view name) {
  return filter_request(link, priority, "bpf", [program, name](NetlinkMessage& options) {
    put_program(options, program, name);
  });
}

NetlinkMessage add_clsact_request(int link) {
  NetlinkMessage request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
  request.header(header_for(link, TC_H_CLSACT, kIngressHandle));
  request.string(TCA_KIND, "clsact");
  return request;
}

NetlinkMessage set_control_request(int link, int program, std::string_view name) {
  constexpr uint32_t kOnlyFilter = 1;
  return filter_request(
      NLM_F_REPLACE, header_for(link, kEgressFilters, kOnlyFilter), 1, "bpf",
      [program, name](NetlinkMessage& options) { put_program(options, program, name); });
}

NetlinkMessage read_egress_filters_request(int link) {
  NetlinkMessage request(RTM_GETTFILTER, NLM_F_DUMP);
  request.header(header_for(link, kEgressFilters));
  return request;
}

}  // namespace patchbay
