// Stateful DHCPv6 (RFC 8415) for the one guest behind a port: one identity association has all of
// its addresses, and they never expire.
#pragma once

#include "binding/responder/answers.h"
#include "binding/responder/headers.h"

#define PB_UDP6_AT 54
#define PB_DHCP6_AT 62
#define PB_MOST_OPTIONS6 32    // of a request that are looked at
#define PB_CLIENT_BYTES 256    // more than a DUID's 130 (RFC 8415, 11.1)
#define PB_SUMMED6 1024        // bytes, at most, of an answer from UDP on
#define PB_SUMMED_AT_ONCE 512  // kernels before 6.8: bpf_csum_diff takes no more

enum pb_dhcp6_message {
  PB_DHCP6_NONE = 0,
  PB_DHCP6_SOLICIT = 1,
  PB_DHCP6_ADVERTISE = 2,
  PB_DHCP6_REQUEST = 3,
  PB_DHCP6_CONFIRM = 4,
  PB_DHCP6_RENEW = 5,
  PB_DHCP6_REBIND = 6,
  PB_DHCP6_REPLY = 7,
  PB_DHCP6_RELEASE = 8,
  PB_DHCP6_DECLINE = 9,
  PB_DHCP6_INFORMATION_REQUEST = 11,
};

enum pb_dhcp6_code {
  PB_OPTION6_CLIENT = 1,
  PB_OPTION6_SERVER = 2,
  PB_OPTION6_ADDRESSES = 3,  // IA_NA
  PB_OPTION6_ADDRESS = 5,    // in that
  PB_OPTION6_STATUS = 13,
  PB_OPTION6_RAPID_COMMIT = 14,
};

enum pb_dhcp6_status { PB_SUCCESS = 0, PB_NOT_ON_LINK = 4 };

struct pb_option6 {
  __u16 code;
  __u16 length;
};

struct pb_association {
  __u32 id;
  __u32 renewal;
  __u32 rebinding;
};

struct pb_dhcp6_request {
  __u8 message[4];  // type, transaction
  __u32 from[4];    // the guest's link-local address
  __u32 association;
  __u32 confirmed[4];   // the first address in it
  __u16 client_length;  // with code and length
  __u8 has_association;
  __u8 has_address;
  __u8 rapid;
  __u8 has_server;
  __u8 is_to_us;
  __u8 client[PB_CLIENT_BYTES];
  __u8 summed[PB_SUMMED6] __attribute__((aligned(8)));
};

PB_INLINE int pb_asks_dhcp6(struct frame* in) {
  struct pb_ipv6 ip;
  struct pb_udp udp;
  return frame_load(in, PB_IP_AT, &ip, sizeof ip) == 0 && ip.next == PB_PROTOCOL_UDP &&
         frame_load(in, PB_UDP6_AT, &udp, sizeof udp) == 0 && udp.to == PB_NET16(547) &&
         udp.from == PB_NET16(546);
}

struct pb_option6_reader {
  struct frame* in;
  const struct pb_dhcp6* answers;
  struct pb_dhcp6_request* request;
  __u32 at;
};

PB_INLINE void pb_keep_client(struct frame* in, __u32 at, __u32 length,
                              struct pb_dhcp6_request* request) {
  if (frame_load_some(in, at, request->client, length, PB_CLIENT_BYTES) == 0) {
    request->client_length = (__u16)length;
  }
}

PB_INLINE void pb_keep_association(struct frame* in, __u32 at, struct pb_dhcp6_request* request) {
  struct pb_association association;
  struct pb_option6 option;
  const __u32 inner = at + sizeof association;
  if (request->has_association || frame_load(in, at, &association, sizeof association)) return;
  request->association = association.id;
  request->has_association = 1;
  if (frame_load(in, inner, &option, sizeof option) == 0 &&
      option.code == PB_NET16(PB_OPTION6_ADDRESS) &&
      frame_load(in, inner + sizeof option, request->confirmed, sizeof request->confirmed) == 0) {
    request->has_address = 1;
  }
}

PB_INLINE void pb_keep_server(struct frame* in, __u32 at, __u16 length,
                              const struct pb_dhcp6* answers, struct pb_dhcp6_request* request) {
  __u8 server[PB_SERVER_DUID];
  __u8 differs = 0;
  request->has_server = 1;
  if (length != sizeof server - sizeof(struct pb_option6)) return;
  if (frame_load(in, at, server, sizeof server)) return;
  for (__u32 i = 0; i < sizeof server; ++i) differs |= server[i] ^ answers->server[i];
  request->is_to_us = differs == 0;
}

// 1 behind the last option.
static long pb_read_option6(__u32 number, void* context) {
  (void)number;
  struct pb_option6_reader* reader = context;
  struct pb_option6 option;
  if (frame_load(reader->in, reader->at, &option, sizeof option)) return 1;
  const __u16 length = PB_NET16(option.length);
  const __u32 value = reader->at + sizeof option;
  switch (PB_NET16(option.code)) {
    case PB_OPTION6_CLIENT:
      pb_keep_client(reader->in, reader->at, sizeof option + length, reader->request);
      break;
    case PB_OPTION6_SERVER:
      pb_keep_server(reader->in, reader->at, length, reader->answers, reader->request);
      break;
    case PB_OPTION6_ADDRESSES:
      if (length >= sizeof(struct pb_association)) {
        pb_keep_association(reader->in, value, reader->request);
      }
      break;
    case PB_OPTION6_RAPID_COMMIT:
      reader->request->rapid = 1;
      break;
  }
  reader->at = value + length;
  return 0;
}

// What is answered, after RFC 8415, 16 and 18.3; 0 where the message is to be discarded.
PB_INLINE int pb_dhcp6_reply(const struct pb_dhcp6_request* request) {
  const int client = request->client_length > 0;
  switch (request->message[0]) {
    case PB_DHCP6_SOLICIT:
      if (!client || request->has_server) return PB_DHCP6_NONE;
      return request->rapid ? PB_DHCP6_REPLY : PB_DHCP6_ADVERTISE;
    case PB_DHCP6_REQUEST:
    case PB_DHCP6_RENEW:
    case PB_DHCP6_RELEASE:
    case PB_DHCP6_DECLINE:
      return client && request->is_to_us ? PB_DHCP6_REPLY : PB_DHCP6_NONE;
    case PB_DHCP6_REBIND:
      return client && !request->has_server ? PB_DHCP6_REPLY : PB_DHCP6_NONE;
    case PB_DHCP6_CONFIRM:
      return client && !request->has_server && request->has_address ? PB_DHCP6_REPLY
                                                                    : PB_DHCP6_NONE;
    case PB_DHCP6_INFORMATION_REQUEST:
      if (request->has_association) return PB_DHCP6_NONE;
      return request->has_server && !request->is_to_us ? PB_DHCP6_NONE : PB_DHCP6_REPLY;
    default:
      return PB_DHCP6_NONE;
  }
}

PB_INLINE int pb_leases(const struct pb_dhcp6_request* request) {
  return request->has_association &&
         (request->message[0] == PB_DHCP6_SOLICIT || request->message[0] == PB_DHCP6_REQUEST ||
          request->message[0] == PB_DHCP6_RENEW || request->message[0] == PB_DHCP6_REBIND);
}

// Where on the link the client's address belongs is asked about one of ours alone.
PB_INLINE int pb_is_ours6(const __u32* address, const struct pb_dhcp6* answers) {
  int ours = 0;
  for (__u32 i = 0; i < PB_MOST_ADDRESSES; ++i) {
    __u32 each[4];
    __builtin_memcpy(each, answers->leases + i * PB_ADDRESS_OPTION + sizeof(struct pb_option6),
                     sizeof each);
    if (i < answers->addresses && pb_same_address6(address, each)) ours = 1;
  }
  return ours;
}

struct pb_writer6 {
  struct frame* out;
  __u32 at;
};

// `length` is a constant.
PB_INLINE void pb_put6(struct pb_writer6* writer, const void* bytes, __u32 length) {
  if (frame_store(writer->out, writer->at, bytes, length) == 0) writer->at += length;
}
PB_INLINE void pb_put6_some(struct pb_writer6* writer, const void* bytes, __u32 length,
                            __u32 most) {
  if (frame_store_some(writer->out, writer->at, bytes, length, most) == 0) writer->at += length;
}

PB_INLINE void pb_put_association(struct pb_writer6* writer, const struct pb_dhcp6_request* request,
                                  const struct pb_dhcp6* answers) {
  const __u32 length = answers->addresses * PB_ADDRESS_OPTION;
  const struct pb_association association = {request->association, 0xffffffffU, 0xffffffffU};
  const struct pb_option6 head = {PB_NET16(PB_OPTION6_ADDRESSES),
                                  PB_NET16((sizeof association + length) & 0xffff)};
  pb_put6(writer, &head, sizeof head);
  pb_put6(writer, &association, sizeof association);
  pb_put6_some(writer, answers->leases, length, PB_LEASE_BYTES);
}

PB_INLINE void pb_put_status(struct pb_writer6* writer, int status) {
  const __u16 words[3] = {PB_NET16(PB_OPTION6_STATUS), PB_NET16(2), PB_NET16((__u16)status)};
  pb_put6(writer, words, sizeof words);
}

// UDP's checksum, which IPv6 asks for, of a message that ends at `end`.
PB_INLINE long pb_udp6_checksum(struct frame* out, __u32 end, const struct pb_ipv6* ip,
                                __u8* summed, __u16* checksum) {
  __u64 sum = pb_ipv6_partial_sum(ip);
  __builtin_memset(summed, 0, PB_SUMMED6);
  if (frame_load_some(out, PB_UDP6_AT, summed, end - PB_UDP6_AT, PB_SUMMED6)) return -1;
  for (__u32 at = 0; at < PB_SUMMED6; at += PB_SUMMED_AT_ONCE) {
    sum += frame_sum(summed + at, PB_SUMMED_AT_ONCE);
  }
  *checksum = ~pb_fold(sum);
  if (*checksum == 0) *checksum = 0xffff;
  return 0;
}

PB_INLINE long pb_finish_dhcp6(struct frame* out, __u32 end, struct pb_dhcp6_request* request,
                               int partial) {
  struct pb_ipv6 ip;
  struct pb_udp udp;
  if (frame_load(out, PB_IP_AT, &ip, sizeof ip) || frame_load(out, PB_UDP6_AT, &udp, sizeof udp)) {
    return -1;
  }
  __builtin_memcpy(ip.to, request->from, sizeof ip.to);
  ip.length = udp.length = PB_NET16((end - PB_UDP6_AT) & 0xffff);
  if (frame_store(out, PB_IP_AT, &ip, sizeof ip) ||
      frame_store(out, PB_UDP6_AT, &udp, sizeof udp)) {
    return -1;
  }
  if (partial) {
    udp.checksum = pb_ipv6_partial_sum(&ip);
  } else if (pb_udp6_checksum(out, end, &ip, request->summed, &udp.checksum)) {
    return -1;
  }
  return frame_store(out, PB_UDP6_AT, &udp, sizeof udp);
}

PB_INLINE void pb_write_options6(struct pb_writer6* writer, const struct pb_dhcp6_request* request,
                                 const struct pb_dhcp6* answers, int reply) {
  const __u8 message[4] = {(__u8)reply, request->message[1], request->message[2],
                           request->message[3]};
  const struct pb_option6 rapid = {PB_NET16(PB_OPTION6_RAPID_COMMIT), 0};
  pb_put6(writer, message, sizeof message);
  pb_put6_some(writer, request->client, request->client_length, PB_CLIENT_BYTES);
  pb_put6(writer, answers->server, sizeof answers->server);
  switch (request->message[0]) {
    case PB_DHCP6_CONFIRM:
      pb_put_status(writer, pb_is_ours6(request->confirmed, answers) ? PB_SUCCESS : PB_NOT_ON_LINK);
      return;
    case PB_DHCP6_RELEASE:
    case PB_DHCP6_DECLINE:
      pb_put_status(writer, PB_SUCCESS);
      return;
  }
  if (request->message[0] == PB_DHCP6_SOLICIT && reply == PB_DHCP6_REPLY) {
    pb_put6(writer, &rapid, sizeof rapid);
  }
  if (pb_leases(request)) pb_put_association(writer, request, answers);
  pb_put6_some(writer, answers->information, answers->information_length, PB_DHCP6_BYTES);
}

// Of a frame that the guest sent.
PB_INLINE enum pb_verdict pb_answer_dhcp6(struct frame* skb, const struct pb_dhcp6* answers,
                                          struct pb_dhcp6_request* request) {
  struct pb_option6_reader reader = {skb, answers, request, PB_DHCP6_AT + 4};
  struct pb_writer6 writer = {skb, PB_DHCP6_AT};
  __builtin_memset(request, 0, __builtin_offsetof(struct pb_dhcp6_request, client));
  if (frame_load(skb, PB_IP_AT + __builtin_offsetof(struct pb_ipv6, from), request->from,
                 sizeof request->from) ||
      frame_load(skb, PB_DHCP6_AT, request->message, sizeof request->message)) {
    return PB_DROP;
  }
  PB_REPEAT(PB_MOST_OPTIONS6, pb_read_option6, &reader);
  const int reply = pb_dhcp6_reply(request);
  if (reply == PB_DHCP6_NONE) return PB_DROP;
  const int partial = frame_checksum_is_partial(skb, PB_UDP6_AT + 6);
  if (frame_resize(skb, PB_UDP6_AT + PB_SUMMED6) ||
      frame_store(skb, 0, answers->head, PB_DHCP6_HEAD)) {
    return PB_DROP;
  }
  pb_write_options6(&writer, request, answers, reply);
  if (frame_resize(skb, writer.at)) return PB_DROP;
  return pb_finish_dhcp6(skb, writer.at, request, partial) ? PB_DROP : PB_REPLY;
}
