#include "tests/binding/answer_frame.h"

#include "binding/responder/answer.h"
#include "binding/responder/guard.h"

int answer_frame(const struct pb_answers *answers, __u8 *bytes, __u32 *length, __u32 room,
                 int partial) {
  struct frame frame = {bytes, *length, room, partial};
  struct pb_requests requests;
  struct pb_ethernet ethernet;
  if (frame_load(&frame, 0, &ethernet, sizeof ethernet)) return ANSWER_PASS;
  const enum pb_question question = pb_question_of(&frame, ethernet.type);
  if (!pb_knows(question, answers) || !pb_is_guests(&frame, answers)) return ANSWER_PASS;
  const enum pb_verdict verdict = pb_answer(&frame, question, answers, &requests);
  *length = frame.length;
  return verdict == PB_REPLY ? ANSWER_REPLY : verdict == PB_DROP ? ANSWER_DROP : ANSWER_PASS;
}

#define LONGEST_JUDGED 2048

int judge_frame(const struct pb_guard *rules, const __u8 *bytes, __u32 length) {
  __u8 untagged[LONGEST_JUDGED];
  __u16 protocol = 0;
  int tagged = 0;
  if (length > LONGEST_JUDGED) return PB_MALFORMED;
  memcpy(untagged, bytes, length);
  if (length >= 14) memcpy(&protocol, untagged + 12, sizeof protocol);
  if (length >= 18 && protocol == PB_NET16(0x8100)) {
    tagged = (untagged[14] & 0xf) != 0 || untagged[15] != 0;
    length -= 4;
    memmove(untagged + 12, untagged + 16, length - 12);
    memcpy(&protocol, untagged + 12, sizeof protocol);
  }
  struct frame frame = {untagged, length, LONGEST_JUDGED, 0};
  return (int)pb_judge(&frame, protocol, tagged, rules);
}
