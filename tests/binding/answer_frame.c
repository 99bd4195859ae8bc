#include "tests/binding/answer_frame.h"

#include "binding/responder/answer.h"

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
