// The programs of a guest's port.
//
// patchbay_port, at the ingress of the port (tc, direct-action): a frame that the guard does not
// let out is dropped and counted; what the guest asks by DHCP or of routers it is told here, by its
// own frame, which goes back out of the port: nothing to run, and nothing on the wire. All other
// frames are left to the next filter.
//
// patchbay_control, at the egress of the control link (control.h).
#include <linux/pkt_cls.h>

#include "binding/responder/answer.h"
#include "binding/responder/control.h"
#include "binding/responder/guard.h"

// Set before it is loaded, and frozen then: of what is off the verifier leaves nothing.
const volatile struct pb_guard pb_rules = {};
const volatile __u32 pb_responds = 0;

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct pb_answers);
} pb_told SEC(".maps");

struct pb_drops {
  __u64 of[PB_REASONS];
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct pb_drops);
} pb_dropped SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct pb_requests);
} pb_room SEC(".maps");

static void count(enum pb_reason reason) {
  const __u32 only = 0;
  struct pb_drops* drops = bpf_map_lookup_elem(&pb_dropped, &only);
  if (drops && reason < PB_REASONS) __sync_fetch_and_add(&drops->of[reason], 1);
}

SEC("tc")
int patchbay_port(struct __sk_buff* skb) {
  const __u32 only = 0;
  // Past the compiler, for which a constant is zero.
  const struct pb_guard* guard = (const struct pb_guard*)&pb_rules;
  asm volatile("" : "+r"(guard));
  if (guard->mode != PB_GUARD_OFF) {
    const int tagged = skb->vlan_present && (skb->vlan_tci & 0xfff) != 0;
    const enum pb_reason reason = pb_judge(skb, skb->protocol, tagged, guard);
    if (reason != PB_LET_OUT) {
      count(reason);
      return TC_ACT_SHOT;
    }
  }
  if (!pb_responds) return TC_ACT_UNSPEC;
  const enum pb_question question =
      skb->vlan_present ? PB_NO_QUESTION : pb_question_of(skb, skb->protocol);
  if (question == PB_NO_QUESTION) return TC_ACT_UNSPEC;
  const struct pb_answers* answers = bpf_map_lookup_elem(&pb_told, &only);
  struct pb_requests* requests = bpf_map_lookup_elem(&pb_room, &only);
  if (!answers || !requests || !pb_knows(question, answers) || !pb_is_guests(skb, answers)) {
    return TC_ACT_UNSPEC;
  }
  // The network's own routers hear it, too.
  if (question == PB_SOLICITS && answers->uplink) bpf_clone_redirect(skb, answers->uplink, 0);
  switch (pb_answer(skb, question, answers, requests)) {
    case PB_PASS:
      return TC_ACT_UNSPEC;
    case PB_REPLY:
      return bpf_redirect(skb->ifindex, 0);
    default:
      return TC_ACT_SHOT;
  }
}

// Whether it is a datagram that the launcher's user or root sends to the port.
static int is_control(struct __sk_buff* skb) {
  struct pb_ipv4 ip;
  struct pb_udp udp;
  __u32 magic;
  const __u32 uid = bpf_get_socket_uid(skb);
  return (uid == 0 || uid == PB_LAUNCHER_UID) && skb->protocol == PB_NET16(0x0800) &&
         skb->len == PB_CONTROL_AT + sizeof(struct pb_control) &&
         frame_load(skb, PB_IP_AT, &ip, sizeof ip) == 0 && ip.version_length == 0x45 &&
         ip.protocol == PB_PROTOCOL_UDP && frame_load(skb, PB_UDP4_AT, &udp, sizeof udp) == 0 &&
         udp.to == PB_NET16(PB_CONTROL_PORT) &&
         frame_load(skb, PB_CONTROL_AT, &magic, sizeof magic) == 0 && magic == PB_CONTROL_MAGIC;
}

// Back to its socket. The kernel takes no frame from outside with an address of its own, but one
// with none.
static long turn_back(struct __sk_buff* skb) {
  struct pb_ipv4 ip;
  struct pb_udp udp;
  if (frame_load(skb, PB_IP_AT, &ip, sizeof ip) || frame_load(skb, PB_UDP4_AT, &udp, sizeof udp)) {
    return -1;
  }
  ip.from = 0;
  ip.checksum = 0;
  ip.checksum = pb_ipv4_checksum(&ip);
  udp.to = udp.from;
  udp.from = PB_NET16(PB_CONTROL_PORT);
  udp.checksum = 0;
  return frame_store(skb, PB_IP_AT, &ip, sizeof ip) ||
         frame_store(skb, PB_UDP4_AT, &udp, sizeof udp);
}

SEC("tc")
int patchbay_control(struct __sk_buff* skb) {
  const __u32 only = 0;
  const __u32 operation_at = PB_CONTROL_AT + __builtin_offsetof(struct pb_control, operation);
  const __u32 dropped_at = PB_CONTROL_AT + __builtin_offsetof(struct pb_control, dropped);
  const __u32 answers_at = PB_CONTROL_AT + __builtin_offsetof(struct pb_control, answers);
  const __u32 told_from = __builtin_offsetof(struct pb_answers, dhcp4);
  const __u32 report = PB_REPORT;
  __u32 operation;
  struct pb_answers* answers = bpf_map_lookup_elem(&pb_told, &only);
  struct pb_drops* drops = bpf_map_lookup_elem(&pb_dropped, &only);
  if (!answers || !drops || !is_control(skb)) return TC_ACT_SHOT;
  if (frame_load(skb, operation_at, &operation, sizeof operation)) return TC_ACT_SHOT;
  if (operation == PB_TELL && frame_load(skb, answers_at + told_from, (__u8*)answers + told_from,
                                         sizeof *answers - told_from)) {
    return TC_ACT_SHOT;
  }
  if (frame_store(skb, operation_at, &report, sizeof report) ||
      frame_store(skb, dropped_at, drops, sizeof *drops) ||
      frame_store(skb, answers_at, answers, sizeof *answers) || turn_back(skb)) {
    return TC_ACT_SHOT;
  }
  return bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}

// No helper of it is for the GPL only.
char pb_license[] SEC("license") = "Apache-2.0";
