// Router solicitations (RFC 4861): the answer is ready-made.
#pragma once

#include "binding/responder/answers.h"
#include "binding/responder/headers.h"

#define PB_ICMP6_AT 54

PB_INLINE int pb_solicits_router(struct frame* in) {
  struct pb_ipv6 ip;
  struct pb_icmp6 icmp;
  return frame_load(in, PB_IP_AT, &ip, sizeof ip) == 0 && ip.next == PB_PROTOCOL_ICMP6 &&
         ip.hops == 255 && frame_load(in, PB_ICMP6_AT, &icmp, sizeof icmp) == 0 &&
         icmp.type == PB_ROUTER_SOLICITATION;
}

// Turns a frame that pb_solicits_router() into the advertisement.
PB_INLINE enum pb_verdict pb_answer_solicitation(struct frame* skb,
                                                 const struct pb_router* router) {
  const __u32 checksum_at = PB_ICMP6_AT + 2;
  const int partial = frame_checksum_is_partial(skb, checksum_at);
  struct pb_ipv6 ip;
  __u16 sum;
  if (frame_resize(skb, router->length) ||
      frame_store_some(skb, 0, router->advertisement, router->length, PB_ADVERTISEMENT)) {
    return PB_DROP;
  }
  if (!partial) return PB_REPLY;
  if (frame_load(skb, PB_IP_AT, &ip, sizeof ip)) return PB_DROP;
  sum = pb_ipv6_partial_sum(&ip);
  return frame_store(skb, checksum_at, &sum, sizeof sum) ? PB_DROP : PB_REPLY;
}
