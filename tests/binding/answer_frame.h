// The responder's packet logic (binding/responder/answer.h) outside the kernel: the very functions,
// over a buffer.
#pragma once

#include "binding/responder/answers.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ANSWER_PASS, ANSWER_DROP, ANSWER_REPLY };

// What becomes of a frame of `*length` bytes that the guest sent; as ANSWER_REPLY it is the answer
// now. `room`: of the buffer. `partial`: its checksum is left to whoever sends it on.
int answer_frame(const struct pb_answers* answers, __u8* bytes, __u32* length, __u32 room,
                 int partial);

#ifdef __cplusplus
}
#endif
