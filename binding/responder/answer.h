// The whole of it: what becomes of a frame that comes out of the guest.
#pragma once

#include "binding/responder/dhcp4.h"
#include "binding/responder/dhcp6.h"
#include "binding/responder/router.h"

struct pb_requests {
  union {
    struct pb_dhcp4_request dhcp4;
    struct pb_dhcp6_request dhcp6;
  };
};

enum pb_question { PB_NO_QUESTION, PB_ASKS_DHCP4, PB_ASKS_DHCP6, PB_SOLICITS };

// By the frame alone: most frames are none, and nothing is looked up for them. It is untagged and
// `protocol`, in network order, is what it carries.
PB_INLINE enum pb_question pb_question_of(struct frame* skb, __u32 protocol) {
  if (protocol == PB_NET16(0x0800)) return pb_asks_dhcp4(skb) ? PB_ASKS_DHCP4 : PB_NO_QUESTION;
  if (protocol != PB_NET16(0x86dd)) return PB_NO_QUESTION;
  if (pb_asks_dhcp6(skb)) return PB_ASKS_DHCP6;
  return pb_solicits_router(skb) ? PB_SOLICITS : PB_NO_QUESTION;
}

PB_INLINE int pb_knows(enum pb_question question, const struct pb_answers* answers) {
  switch (question) {
    case PB_ASKS_DHCP4:
      return answers->dhcp4.on != 0;
    case PB_ASKS_DHCP6:
      return answers->dhcp6.on != 0;
    case PB_SOLICITS:
      return answers->router.length != 0;
    default:
      return 0;
  }
}

PB_INLINE enum pb_verdict pb_answer(struct frame* skb, enum pb_question question,
                                    const struct pb_answers* answers,
                                    struct pb_requests* requests) {
  switch (question) {
    case PB_ASKS_DHCP4:
      return pb_answer_dhcp4(skb, answers, &requests->dhcp4);
    case PB_ASKS_DHCP6:
      return pb_answer_dhcp6(skb, &answers->dhcp6, &requests->dhcp6);
    case PB_SOLICITS:
      return pb_answer_solicitation(skb, &answers->router);
    default:
      return PB_PASS;
  }
}

PB_INLINE int pb_is_guests(struct frame* skb, const struct pb_answers* answers) {
  struct pb_ethernet ethernet;
  return frame_load(skb, 0, &ethernet, sizeof ethernet) == 0 &&
         pb_same_mac(ethernet.from, answers->guest);
}
