// The frame that a guest sent, as the packet logic reaches it: by the kernel's helpers in the
// program, in a buffer elsewhere, so that tests and fuzzers run the very functions that run in the
// kernel. Offsets and lengths are bytes, from the Ethernet header on.
#pragma once

#include <linux/types.h>

#define PB_INLINE static inline __attribute__((always_inline))

#ifdef __bpf__

#include <bpf/bpf_helpers.h>
#include <linux/bpf.h>

#define frame __sk_buff

// 0, or an error where the frame has not so many bytes. `length` is a constant.
PB_INLINE long frame_load(struct frame* from, __u32 at, void* to, __u32 length) {
  return bpf_skb_load_bytes(from, at, to, length);
}
PB_INLINE long frame_store(struct frame* to, __u32 at, const void* from, __u32 length) {
  return bpf_skb_store_bytes(to, at, from, length, 0);
}
// Of 1 to `most` bytes, a power of two, for which there is room in memory; else an error. The
// verifier of Linux 6.1 takes no comparison for it, only what arithmetic can't exceed, and the
// compiler would leave out what the comparison has made needless.
#define PB_WITHIN(length, most)               \
  do {                                        \
    asm volatile("" : "+r"(length));          \
    length = ((length - 1) & ((most)-1)) + 1; \
  } while (0)
PB_INLINE long frame_load_some(struct frame* from, __u32 at, void* to, __u64 length,
                               const __u32 most) {
  if (length == 0 || length > most) return -1;
  PB_WITHIN(length, most);
  return bpf_skb_load_bytes(from, at, to, length);
}
PB_INLINE long frame_store_some(struct frame* to, __u32 at, const void* from, __u64 length,
                                const __u32 most) {
  if (length == 0 || length > most) return -1;
  PB_WITHIN(length, most);
  return bpf_skb_store_bytes(to, at, from, length, 0);
}
// What comes on is zero.
PB_INLINE long frame_resize(struct frame* of, __u32 length) {
  return bpf_skb_change_tail(of, length, 0);
}
// Whether the checksum at `at` is left to whoever sends the frame on (CHECKSUM_PARTIAL): then it
// is not followed up when other bytes change (net/core/filter.c, bpf_l4_csum_replace).
PB_INLINE int frame_checksum_is_partial(struct frame* of, __u32 at) {
  __u16 sum = 0;
  if (frame_store(of, at, &sum, sizeof sum) || bpf_l4_csum_replace(of, at, 0, 1, sizeof sum) ||
      frame_load(of, at, &sum, sizeof sum)) {
    return 0;
  }
  return sum == 0;
}
// RFC 1071's sum of bytes in memory, in 32 bits; `length` is a multiple of 4.
PB_INLINE __u64 frame_sum(const __u8* bytes, __u32 length) {
  const __s64 sum = bpf_csum_diff(0, 0, (__be32*)bytes, length, 0);
  return sum < 0 ? 0 : sum;
}
// Calls `step` with 0, 1, … and `context`, until it returns 1 or was called so often. The verifier
// follows it once.
#define PB_REPEAT(times, step, context) bpf_loop(times, step, context, 0)

#else

#include <string.h>

struct frame {
  __u8* bytes;
  __u32 length;
  __u32 room;
  int partial;  // whether the checksum is
};

PB_INLINE long frame_load(struct frame* from, __u32 at, void* to, __u32 length) {
  if (at > from->length || length > from->length - at) return -1;
  memcpy(to, from->bytes + at, length);
  return 0;
}
PB_INLINE long frame_store(struct frame* to, __u32 at, const void* from, __u32 length) {
  if (at > to->length || length > to->length - at) return -1;
  memcpy(to->bytes + at, from, length);
  return 0;
}
PB_INLINE long frame_load_some(struct frame* from, __u32 at, void* to, __u32 length, __u32 most) {
  return length == 0 || length > most ? -1 : frame_load(from, at, to, length);
}
PB_INLINE long frame_store_some(struct frame* to, __u32 at, const void* from, __u32 length,
                                __u32 most) {
  return length == 0 || length > most ? -1 : frame_store(to, at, from, length);
}
PB_INLINE long frame_resize(struct frame* of, __u32 length) {
  if (length > of->room) return -1;
  if (length > of->length) memset(of->bytes + of->length, 0, length - of->length);
  of->length = length;
  return 0;
}
PB_INLINE int frame_checksum_is_partial(struct frame* of, __u32 at) {
  (void)at;  // the frame has one
  return of->partial;
}
PB_INLINE __u64 frame_sum(const __u8* bytes, __u32 length) {
  __u64 sum = 0;
  for (__u32 at = 0; at < length; at += 4) {
    __u32 word;
    memcpy(&word, bytes + at, sizeof word);
    sum += word;
  }
  return sum;
}
#define PB_REPEAT(times, step, context) \
  for (__u32 pb_number = 0; pb_number < (times) && !step(pb_number, context); ++pb_number)

#endif
