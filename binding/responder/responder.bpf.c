// The program at the ingress of a guest's port (tc, direct-action). What a guest asks by DHCP or of
// routers it is told here, by its own frame, which goes back out of the port: nothing to run, and
// nothing on the wire. All other frames are left to the next filter.
#include <linux/pkt_cls.h>

#include "binding/responder/answer.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct pb_answers);
} pb_told SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct pb_requests);
} pb_room SEC(".maps");

SEC("tc")
int patchbay_answer(struct __sk_buff* skb) {
  const __u32 only = 0;
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

// No helper of it is for the GPL only.
char pb_license[] SEC("license") = "Apache-2.0";
