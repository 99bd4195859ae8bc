// The packet logic of a guest's port (binding/responder/answer.h, guard.h) outside the kernel: the
// very functions, over a buffer.
#pragma once

#include "binding/responder/answers.h"
#include "binding/responder/guard_rules.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ANSWER_PASS, ANSWER_DROP, ANSWER_REPLY };

// What becomes of a frame of `*length` bytes that the guest sent; as ANSWER_REPLY it is the answer
// now. `room`: of the buffer. `partial`: its checksum is left to whoever sends it on.
int answer_frame(const struct pb_answers* answers, __u8* bytes, __u32* length, __u32 room,
                 int partial);

// Why the guard drops the frame, or PB_LET_OUT. A tag that the frame begins with is taken out
// first, as the kernel does.
int judge_frame(const struct pb_guard* rules, const __u8* bytes, __u32 length);

#ifdef __cplusplus
}
#endif
