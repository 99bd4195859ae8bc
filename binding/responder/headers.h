// The headers of the frames that the responder reads and writes, and their checksums.
#pragma once

#include "binding/responder/frame.h"

#define PB_NET16(number) __builtin_bswap16(number)
#define PB_NET32(number) __builtin_bswap32(number)

#define PB_IP_AT 14
#define PB_PROTOCOL_UDP 17
#define PB_PROTOCOL_ICMP6 58

// include/uapi/linux/if_ether.h, ip.h, ipv6.h, udp.h, icmpv6.h, without bit fields.
struct pb_ethernet {
  __u8 to[6];
  __u8 from[6];
  __u16 type;
};

struct pb_ipv4 {
  __u8 version_length;
  __u8 service;
  __u16 length;
  __u16 id;
  __u16 fragment;
  __u8 lifetime;
  __u8 protocol;
  __u16 checksum;
  __u32 from;
  __u32 to;
};

struct pb_ipv6 {
  __u32 version_flow;
  __u16 length;  // of what follows
  __u8 next;
  __u8 hops;
  __u32 from[4];
  __u32 to[4];
};

struct pb_udp {
  __u16 from;
  __u16 to;
  __u16 length;
  __u16 checksum;
};

// RFC 4861, RFC 2710, RFC 3810.
enum pb_icmp6_type {
  PB_MLD_REPORT = 131,
  PB_MLD_DONE = 132,
  PB_ROUTER_SOLICITATION = 133,
  PB_ROUTER_ADVERTISEMENT = 134,
  PB_NEIGHBOUR_SOLICITATION = 135,
  PB_NEIGHBOUR_ADVERTISEMENT = 136,
  PB_REDIRECT = 137,
  PB_MLD2_REPORT = 143,
};

struct pb_icmp6 {
  __u8 type;
  __u8 code;
  __u16 checksum;
};

// What the program does with a frame.
enum pb_verdict {
  PB_PASS,   // not for us: on its way
  PB_DROP,   // for us, and no answer
  PB_REPLY,  // it is the answer now
};

PB_INLINE int pb_same_mac(const __u8* one, const __u8* other) {
  return ((one[0] ^ other[0]) | (one[1] ^ other[1]) | (one[2] ^ other[2]) | (one[3] ^ other[3]) |
          (one[4] ^ other[4]) | (one[5] ^ other[5])) == 0;
}

PB_INLINE int pb_same_address6(const __u32* one, const __u32* other) {
  return ((one[0] ^ other[0]) | (one[1] ^ other[1]) | (one[2] ^ other[2]) | (one[3] ^ other[3])) ==
         0;
}

PB_INLINE __u32 pb_smaller(__u32 one, __u32 other) { return one < other ? one : other; }
PB_INLINE __u32 pb_larger(__u32 one, __u32 other) { return one > other ? one : other; }

// RFC 1071: 16 bits of a sum of such.
PB_INLINE __u16 pb_fold(__u64 sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return (__u16)((sum & 0xffff) + (sum >> 16));
}

PB_INLINE __u16 pb_ipv4_checksum(const struct pb_ipv4* ip) {
  __u32 words[sizeof *ip / 4];
  __u64 sum = 0;
  __builtin_memcpy(words, ip, sizeof words);
  for (__u32 i = 0; i < sizeof words / sizeof words[0]; ++i) sum += words[i];
  return ~pb_fold(sum);
}

// Of the pseudo header, not inverted: what a checksum that somebody else completes begins with.
PB_INLINE __u16 pb_ipv4_partial_sum(const struct pb_ipv4* ip, __u16 length) {
  return pb_fold((__u64)ip->from + ip->to + PB_NET16(ip->protocol) + length);
}
PB_INLINE __u16 pb_ipv6_partial_sum(const struct pb_ipv6* ip) {
  __u64 sum = (__u64)PB_NET16(ip->next) + ip->length;
  for (int i = 0; i < 4; ++i) sum += (__u64)ip->from[i] + ip->to[i];
  return pb_fold(sum);
}
