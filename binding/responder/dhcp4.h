// DHCPv4 (RFC 2131, 2132) for the one guest behind a port: what it asks, and the answer, made of
// its own frame. A lease has no end, so a guest that was given one asks nobody again, wherever it
// migrates to.
#pragma once

#include "binding/responder/answers.h"
#include "binding/responder/headers.h"

#define PB_MOST_OPTIONS 64  // of a request that are looked at
#define PB_UDP4_AT 34
#define PB_BOOTP_AT 42
#define PB_BOOTP_BYTES 300       // RFC 1542, 2.1: some clients drop what is shorter
#define PB_SMALLEST_LARGEST 576  // RFC 2131, 2: what every client takes
#define PB_DHCP_COOKIE PB_NET32(0x63825363U)
#define PB_BROADCAST_FLAG PB_NET16(0x8000)
#define PB_ANY_ADDRESS 0U
#define PB_EVERYBODY 0xffffffffU
#define PB_SERVER_PLACE 0  // among the options

enum pb_dhcp4_code {
  PB_OPTION_PAD = 0,
  PB_OPTION_REQUESTED_ADDRESS = 50,
  PB_OPTION_MESSAGE_TYPE = 53,
  PB_OPTION_SERVER = 54,
  PB_OPTION_PARAMETERS = 55,
  PB_OPTION_LARGEST_MESSAGE = 57,
  PB_OPTION_CLIENT_ID = 61,
  PB_OPTION_END = 255,
};

enum pb_dhcp4_message {
  PB_DHCP_NONE = 0,
  PB_DHCP_DISCOVER = 1,
  PB_DHCP_OFFER = 2,
  PB_DHCP_REQUEST = 3,
  PB_DHCP_DECLINE = 4,
  PB_DHCP_ACK = 5,
  PB_DHCP_NAK = 6,
  PB_DHCP_RELEASE = 7,
  PB_DHCP_INFORM = 8,
};

struct pb_bootp {
  __u8 operation;
  __u8 hardware;
  __u8 hardware_length;
  __u8 hops;
  __u32 transaction;
  __u16 seconds;
  __u16 flags;
  __u32 client;  // the address that it has
  __u32 yours;
  __u32 next_server;
  __u32 relay;
  __u8 mac[16];
};

// Where a request is kept while its frame becomes the answer. In the kernel it is the CPU's own.
struct pb_dhcp4_request {
  struct pb_bootp bootp;
  __u32 requested;
  __u32 server;
  __u16 largest_message;  // of IPv4
  __u8 type;
  __u8 parameter_count;
  __u16 client_id_length;
  __u8 parameters[256];
  __u8 client_id[PB_LONGEST_OPTION];  // with code and length
};

// Whether the frame is a DHCP client's: whole, in IPv4 without options, which no client sends.
PB_INLINE int pb_asks_dhcp4(struct frame* in) {
  struct pb_ipv4 ip;
  struct pb_udp udp;
  return frame_load(in, PB_IP_AT, &ip, sizeof ip) == 0 && ip.version_length == 0x45 &&
         ip.protocol == PB_PROTOCOL_UDP && (ip.fragment & PB_NET16(0x3fff)) == 0 &&
         frame_load(in, PB_UDP4_AT, &udp, sizeof udp) == 0 && udp.to == PB_NET16(67) &&
         udp.from == PB_NET16(68);
}

struct pb_option_reader {
  struct frame* in;
  struct pb_dhcp4_request* request;
  __u32 at;
};

PB_INLINE void pb_keep_option(struct frame* in, __u32 at, __u8 code, __u8 length,
                              struct pb_dhcp4_request* request) {
  __u16 largest;
  if (code == PB_OPTION_MESSAGE_TYPE && length == 1) {
    frame_load(in, at, &request->type, 1);
  } else if (code == PB_OPTION_REQUESTED_ADDRESS && length == 4) {
    frame_load(in, at, &request->requested, 4);
  } else if (code == PB_OPTION_SERVER && length == 4) {
    frame_load(in, at, &request->server, 4);
  } else if (code == PB_OPTION_LARGEST_MESSAGE && length == 2) {
    if (frame_load(in, at, &largest, 2) == 0) request->largest_message = PB_NET16(largest);
  } else if (code == PB_OPTION_PARAMETERS) {
    if (frame_load_some(in, at, request->parameters, length, 256) == 0) {
      request->parameter_count = length;
    }
  } else if (code == PB_OPTION_CLIENT_ID) {
    request->client_id[0] = code;
    request->client_id[1] = length;
    if (frame_load_some(in, at, request->client_id + 2, length, 256) == 0) {
      request->client_id_length = length + 2;
    }
  }
}

// 1 behind the last option.
static long pb_read_option(__u32 number, void* context) {
  (void)number;
  struct pb_option_reader* reader = context;
  __u8 head[2];
  if (frame_load(reader->in, reader->at, head, 1) || head[0] == PB_OPTION_END) return 1;
  if (head[0] == PB_OPTION_PAD) {
    ++reader->at;
    return 0;
  }
  if (frame_load(reader->in, reader->at, head, 2)) return 1;
  pb_keep_option(reader->in, reader->at + 2, head[0], head[1], reader->request);
  reader->at += 2U + head[1];
  return 0;
}

// 0, or an error where it is none that a server answers: another's, a relay's, damaged.
PB_INLINE int pb_read_dhcp4(struct frame* in, const __u8* guest, struct pb_dhcp4_request* request) {
  struct pb_option_reader reader = {in, request, PB_DHCP4_HEAD};
  __u32 cookie;
  __builtin_memset(request, 0, __builtin_offsetof(struct pb_dhcp4_request, parameters));
  if (frame_load(in, PB_BOOTP_AT, &request->bootp, sizeof request->bootp)) return -1;
  if (frame_load(in, PB_DHCP4_HEAD - 4, &cookie, sizeof cookie)) return -1;
  if (request->bootp.operation != 1 || request->bootp.hardware != 1 ||
      request->bootp.hardware_length != 6 || request->bootp.relay != PB_ANY_ADDRESS ||
      cookie != PB_DHCP_COOKIE || !pb_same_mac(request->bootp.mac, guest)) {
    return -1;
  }
  PB_REPEAT(PB_MOST_OPTIONS, pb_read_option, &reader);
  return 0;
}

// RFC 2131, 4.3: by what the request has, which says the client's state.
PB_INLINE int pb_dhcp4_reply(const struct pb_dhcp4_request* request,
                             const struct pb_dhcp4* answers) {
  const __u32 has = request->bootp.client;
  switch (request->type) {
    case PB_DHCP_DISCOVER:
      return PB_DHCP_OFFER;
    case PB_DHCP_INFORM:
      return has == PB_ANY_ADDRESS ? PB_DHCP_NONE : PB_DHCP_ACK;
    case PB_DHCP_REQUEST:
      if (request->server != PB_ANY_ADDRESS && request->server != answers->server) {
        return PB_DHCP_NONE;  // SELECTING another server
      }
      if (request->requested != PB_ANY_ADDRESS) {  // SELECTING, INIT-REBOOT
        return request->requested == answers->address ? PB_DHCP_ACK : PB_DHCP_NAK;
      }
      return has == answers->address ? PB_DHCP_ACK : PB_DHCP_NAK;  // RENEWING, REBINDING
    default:
      return PB_DHCP_NONE;  // DECLINE, RELEASE: nobody else has it, nobody else gets it
  }
}

struct pb_option_writer {
  struct frame* out;
  const struct pb_dhcp4_request* request;
  const struct pb_dhcp4* answers;
  __u32 at;
  __u32 limit;
  __u32 put;  // a bit for each place in the options
};

// Where they don't fit, nothing is appended; a byte is left for the end. There is room for a
// longest option where `bytes` is.
PB_INLINE void pb_put(struct pb_option_writer* writer, const void* bytes, __u32 length) {
  if (writer->at + length + 1 <= writer->limit &&
      frame_store_some(writer->out, writer->at, bytes, length, PB_LONGEST_OPTION) == 0) {
    writer->at += length;
  }
}

// Each once.
PB_INLINE void pb_put_option(struct pb_option_writer* writer, __u32 place) {
  if (place >= PB_OPTIONS || (writer->put & (1U << place))) return;
  const __u32 from = writer->answers->options[place].at;
  if (from > PB_OPTION_BYTES - PB_LONGEST_OPTION) return;
  writer->put |= 1U << place;
  pb_put(writer, writer->answers->bytes + from, writer->answers->options[place].length);
}

// 1 behind the last parameter. The order is the client's, which says what it wants most (RFC 2132,
// 9.8).
static long pb_put_parameter(__u32 number, void* context) {
  struct pb_option_writer* writer = context;
  if (number >= sizeof writer->request->parameters || number >= writer->request->parameter_count) {
    return 1;
  }
  pb_put_option(writer, writer->answers->option_of[writer->request->parameters[number]] - 1U);
  return 0;
}

static long pb_put_lease_option(__u32 number, void* context) {
  struct pb_option_writer* writer = context;
  if (number >= writer->answers->lease_options) return 1;
  pb_put_option(writer, number);
  return 0;
}

// The headers for a message that ends at `end`; `to` is where it goes.
PB_INLINE long pb_finish_dhcp4(struct frame* out, __u32 end, __u32 to, int partial) {
  struct pb_ipv4 ip;
  struct pb_udp udp;
  if (frame_load(out, PB_IP_AT, &ip, sizeof ip) || frame_load(out, PB_UDP4_AT, &udp, sizeof udp)) {
    return -1;
  }
  ip.to = to;
  ip.length = PB_NET16((end - PB_IP_AT) & 0xffff);
  ip.checksum = 0;
  ip.checksum = pb_ipv4_checksum(&ip);
  udp.length = PB_NET16((end - PB_UDP4_AT) & 0xffff);
  udp.checksum = partial ? pb_ipv4_partial_sum(&ip, udp.length) : 0;  // 0: none
  return frame_store(out, PB_IP_AT, &ip, sizeof ip) ||
         frame_store(out, PB_UDP4_AT, &udp, sizeof udp);
}

// RFC 2131, 4.1: where the answer goes. A client without address that can't take frames to the
// address it does not have yet says so by the flag.
PB_INLINE __u32 pb_dhcp4_destination(const struct pb_dhcp4_request* request,
                                     const struct pb_dhcp4* answers, int reply) {
  if (reply == PB_DHCP_NAK) return PB_EVERYBODY;
  if (request->bootp.client != PB_ANY_ADDRESS) return request->bootp.client;
  return request->bootp.flags & PB_BROADCAST_FLAG ? PB_EVERYBODY : answers->address;
}

// Turns the frame into the answer; 0, or an error, and then nobody gets it.
PB_INLINE long pb_write_dhcp4(struct frame* out, const struct pb_dhcp4_request* request,
                              const struct pb_dhcp4* answers, int reply) {
  const __u32 limit =
      pb_smaller(14 + pb_larger(request->largest_message, PB_SMALLEST_LARGEST), answers->largest);
  const int partial = frame_checksum_is_partial(out, PB_UDP4_AT + 6);
  const __u32 to = pb_dhcp4_destination(request, answers, reply);
  const __u8 type[3] = {PB_OPTION_MESSAGE_TYPE, 1, (__u8)reply};
  const __u8 end = PB_OPTION_END;
  const int informs = request->type == PB_DHCP_INFORM;
  struct pb_bootp bootp;
  struct pb_option_writer writer = {out, request, answers, PB_DHCP4_HEAD, limit, 0};
  __u32 length;

  if (frame_resize(out, limit) || frame_store(out, 0, answers->head, PB_DHCP4_HEAD)) return -1;
  if (frame_load(out, PB_BOOTP_AT, &bootp, sizeof bootp)) return -1;
  bootp.transaction = request->bootp.transaction;
  bootp.flags = request->bootp.flags;
  if (reply == PB_DHCP_ACK) bootp.client = request->bootp.client;
  if (reply == PB_DHCP_NAK || informs) bootp.yours = PB_ANY_ADDRESS;
  if (frame_store(out, PB_BOOTP_AT, &bootp, sizeof bootp)) return -1;
  if (to == PB_EVERYBODY) {
    const __u8 everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    if (frame_store(out, 0, everybody, sizeof everybody)) return -1;
  }

  if (frame_store(out, writer.at, type, sizeof type)) return -1;
  writer.at += sizeof type;
  pb_put_option(&writer, PB_SERVER_PLACE);
  pb_put(&writer, request->client_id, request->client_id_length);  // RFC 6842
  if (reply != PB_DHCP_NAK) {
    // To INFORM there is no lease: of those options it gets the last one, the mask.
    if (informs) writer.put |= (1U << ((answers->lease_options - 1) & (PB_OPTIONS - 1))) - 1;
    PB_REPEAT(PB_OPTIONS, pb_put_lease_option, &writer);
    PB_REPEAT(sizeof request->parameters, pb_put_parameter, &writer);
  }
  if (frame_store(out, writer.at, &end, 1) || frame_resize(out, writer.at + 1)) return -1;
  length = pb_larger(writer.at + 1, PB_BOOTP_AT + PB_BOOTP_BYTES);
  if (frame_resize(out, length)) return -1;
  return pb_finish_dhcp4(out, length, to, partial);
}

// Of a frame that the guest sent.
PB_INLINE enum pb_verdict pb_answer_dhcp4(struct frame* skb, const struct pb_answers* answers,
                                          struct pb_dhcp4_request* request) {
  if (pb_read_dhcp4(skb, answers->guest, request)) return PB_DROP;
  const int reply = pb_dhcp4_reply(request, &answers->dhcp4);
  if (reply == PB_DHCP_NONE) return PB_DROP;
  return pb_write_dhcp4(skb, request, &answers->dhcp4, reply) ? PB_DROP : PB_REPLY;
}
