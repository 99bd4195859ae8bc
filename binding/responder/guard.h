// The port guard: which of the guest's frames may leave its port. Mode "mac" lets out what bears
// the guest's MAC wherever a frame names its sender's: Ethernet, ARP, neighbour discovery. Mode
// "full" lets out, of that, ARP and IP of the guest's addresses only, no DHCP server's word and no
// router's. Priority-tagged frames count as untagged (IEEE 802.1Q, 6.9).
//
// A header that could hide another (IPv4 options, IPv6 extension headers, fragments) is looked
// behind, and what hides it still is dropped (RFC 7113; RFC 6980 for neighbour discovery).
#pragma once

#include "binding/responder/dhcp4.h"
#include "binding/responder/guard_rules.h"
#include "binding/responder/headers.h"

#define PB_PROTOCOL_ICMP 1
#define PB_PROTOCOL_IGMP 2
#define PB_ICMP_REDIRECT 5
#define PB_ICMP_ROUTER 9
#define PB_RARP_REQUEST 3
#define PB_MOST_EXTENSIONS 8
#define PB_MOST_ND_OPTIONS 8

// RFC 826 for Ethernet and IPv4; RFC 903 has the same.
struct pb_arp {
  __u16 hardware;
  __u16 protocol;
  __u8 hardware_length;
  __u8 protocol_length;
  __u16 operation;
  __u8 sender[6];
  __u8 sender_ip[4];
  __u8 target[6];
  __u8 target_ip[4];
};

PB_INLINE int pb_allowed4(const struct pb_guard* rules, __u32 address) {
  for (__u32 i = 0; i < PB_MOST_PREFIXES; ++i) {
    if (i >= rules->prefixes4) return 0;
    if (((address ^ rules->v4[i].address) & rules->v4[i].mask) == 0) return 1;
  }
  return 0;
}

// A link-local address is the guest's own choice, but for the routers' that it was told.
PB_INLINE int pb_allowed6(const struct pb_guard* rules, const __u32* address) {
  if ((address[0] & PB_NET32(0xffc00000U)) == PB_NET32(0xfe800000U)) {
    for (__u32 i = 0; i < PB_MOST_ROUTERS; ++i) {
      if (i < rules->routers && pb_same_address6(address, rules->router[i])) return 0;
    }
    return 1;
  }
  for (__u32 i = 0; i < PB_MOST_PREFIXES; ++i) {
    if (i >= rules->prefixes6) return 0;
    const struct pb_prefix6* prefix = &rules->v6[i];
    if ((((address[0] ^ prefix->address[0]) & prefix->mask[0]) |
         ((address[1] ^ prefix->address[1]) & prefix->mask[1]) |
         ((address[2] ^ prefix->address[2]) & prefix->mask[2]) |
         ((address[3] ^ prefix->address[3]) & prefix->mask[3])) == 0) {
      return 1;
    }
  }
  return 0;
}

PB_INLINE int pb_is_unspecified6(const __u32* address) {
  return (address[0] | address[1] | address[2] | address[3]) == 0;
}

// A probe (RFC 5227) has no sender's address and asks for the one it wants. The announcement by
// RARP that QEMU makes behind a migration has neither; nothing else is said by RARP.
PB_INLINE enum pb_reason pb_judge_arp(struct frame* in, __u32 at, int reverse, int full,
                                      const struct pb_guard* rules) {
  struct pb_arp arp;
  __u32 sender, target;
  if (frame_load(in, at, &arp, sizeof arp) || arp.hardware_length != 6 ||
      arp.protocol_length != 4) {
    return PB_MALFORMED;
  }
  if (!pb_same_mac(arp.sender, rules->guest)) return PB_FOREIGN_ARP;
  if (reverse && arp.operation != PB_NET16(PB_RARP_REQUEST)) return PB_FOREIGN_ARP;
  if (!full) return PB_LET_OUT;
  __builtin_memcpy(&sender, arp.sender_ip, sizeof sender);
  __builtin_memcpy(&target, arp.target_ip, sizeof target);
  if (sender == 0 && target == 0) return PB_LET_OUT;
  return pb_allowed4(rules, sender == 0 ? target : sender) ? PB_LET_OUT : PB_FOREIGN_ARP;
}

// What a DHCP client says is said of its own hardware address: no other's lease is taken or given
// up.
PB_INLINE enum pb_reason pb_judge_dhcp4(struct frame* in, __u32 udp_at,
                                        const struct pb_guard* rules) {
  __u8 client[6];
  const __u32 at = udp_at + sizeof(struct pb_udp) + __builtin_offsetof(struct pb_bootp, mac);
  if (frame_load(in, at, client, sizeof client)) return PB_MALFORMED;
  return pb_same_mac(client, rules->guest) ? PB_LET_OUT : PB_FOREIGN_MAC;
}

// Whether its protocol's head says what only a server or a router says.
PB_INLINE enum pb_reason pb_judge_payload4(struct frame* in, __u32 at, __u8 protocol,
                                           __u16 ports[2], const struct pb_guard* rules) {
  __u8 type;
  if (protocol == PB_PROTOCOL_ICMP) {
    if (frame_load(in, at, &type, sizeof type)) return PB_MALFORMED;
    return type == PB_ICMP_REDIRECT || type == PB_ICMP_ROUTER ? PB_ROUTES : PB_LET_OUT;
  }
  if (protocol != PB_PROTOCOL_UDP) return PB_LET_OUT;
  if (frame_load(in, at, ports, 2 * sizeof ports[0])) return PB_MALFORMED;
  // Clients look at the port it comes to, few at the one it comes from.
  if (ports[0] == PB_NET16(67) || ports[1] == PB_NET16(68)) return PB_SERVES_DHCP;
  const int asks = ports[0] == PB_NET16(68) && ports[1] == PB_NET16(67);
  return asks ? pb_judge_dhcp4(in, at, rules) : PB_LET_OUT;
}

PB_INLINE enum pb_reason pb_judge_ipv4(struct frame* in, __u32 at, const struct pb_guard* rules) {
  struct pb_ipv4 ip;
  __u16 ports[2] = {0, 0};
  if (frame_load(in, at, &ip, sizeof ip) || ip.version_length >> 4 != 4) return PB_MALFORMED;
  const __u32 words = ip.version_length & 0xf;
  if (words < sizeof ip / 4) return PB_MALFORMED;
  if ((ip.fragment & PB_NET16(0x1fff)) == 0) {
    const enum pb_reason reason = pb_judge_payload4(in, at + words * 4, ip.protocol, ports, rules);
    if (reason != PB_LET_OUT) return reason;
  }
  if (ip.from != 0) return pb_allowed4(rules, ip.from) ? PB_LET_OUT : PB_FOREIGN_IPV4;
  // Without an address yet: a DHCP client, and who joins a group (RFC 3376, 4.2.13).
  const int asks = ports[0] == PB_NET16(68) && ports[1] == PB_NET16(67);
  return asks || ip.protocol == PB_PROTOCOL_IGMP ? PB_LET_OUT : PB_FOREIGN_IPV4;
}

// Behind IPv6's header: where the first is that is no extension.
struct pb_payload {
  struct frame* in;
  __u32 at;
  __u32 end;  // of the packet
  __u8 next;  // what is there
  __u8 fragmented;
  __u8 headless;  // a fragment other than the first
  __u8 malformed;
};

// IANA's protocol numbers of the extension headers (RFC 7045).
enum pb_extension {
  PB_HOP_BY_HOP = 0,
  PB_ROUTING = 43,
  PB_FRAGMENT = 44,
  PB_AUTHENTICATION = 51,
  PB_DESTINATION = 60,
};

PB_INLINE int pb_is_extension(__u8 next) {
  return next == PB_HOP_BY_HOP || next == PB_ROUTING || next == PB_FRAGMENT ||
         next == PB_AUTHENTICATION || next == PB_DESTINATION;
}

// 1 behind the last extension.
static long pb_skip_extension(__u32 number, void* context) {
  (void)number;
  struct pb_payload* payload = context;
  __u8 head[4];  // next header; length or reserved; of a fragment its offset
  if (!pb_is_extension(payload->next)) return 1;
  if (frame_load(payload->in, payload->at, head, sizeof head)) {
    payload->malformed = 1;
    return 1;
  }
  if (payload->next == PB_FRAGMENT) {
    payload->fragmented = 1;
    payload->headless = (head[2] | (head[3] & 0xf8)) != 0;
    payload->at += 8;
  } else if (payload->next == PB_AUTHENTICATION) {
    payload->at += (head[1] + 2U) * 4;
  } else {
    payload->at += (head[1] + 1U) * 8;
  }
  payload->next = head[0];
  return payload->headless ? 1 : 0;
}

struct pb_nd_options {
  struct frame* in;
  const struct pb_guard* rules;
  __u32 at;
  __u32 end;
  int foreign;
};

// 1 behind the last option, or a wrong one.
static long pb_judge_nd_option(__u32 number, void* context) {
  (void)number;
  struct pb_nd_options* options = context;
  __u8 option[8];  // type, length in 8 bytes, and of types 1 and 2 a link-layer address
  if (options->at >= options->end) return 1;
  if (frame_load(options->in, options->at, option, sizeof option) || option[1] == 0) {
    options->foreign = 1;
  } else if (option[0] == 1 || option[0] == 2) {
    options->foreign = !pb_same_mac(option + 2, options->rules->guest);
  }
  options->at += option[1] * 8U;
  return options->foreign ? 1 : 0;
}

// Whether a neighbour discovery's options name another link-layer address than the guest's.
PB_INLINE int pb_foreign_nd_options(const struct pb_payload* payload, __u32 head,
                                    const struct pb_guard* rules) {
  struct pb_nd_options options = {payload->in, rules, payload->at + head, payload->end, 0};
  PB_REPEAT(PB_MOST_ND_OPTIONS, pb_judge_nd_option, &options);
  return options.foreign || options.at != options.end;
}

// Where the options begin that name their sender's link-layer address; 0: there are none. A
// redirect's name another's rightly.
PB_INLINE __u32 pb_nd_head(__u8 type) {
  switch (type) {
    case PB_ROUTER_SOLICITATION:
      return 8;
    case PB_ROUTER_ADVERTISEMENT:
      return 16;
    case PB_NEIGHBOUR_SOLICITATION:
    case PB_NEIGHBOUR_ADVERTISEMENT:
      return 24;
    default:
      return 0;
  }
}

// What ICMPv6 says; `type` is left where the caller looks at it.
PB_INLINE enum pb_reason pb_judge_icmp6(const struct pb_payload* payload, int full, __u8* type,
                                        const struct pb_ipv6* ip, const struct pb_guard* rules) {
  struct pb_icmp6 icmp;
  __u32 target[4];
  if (frame_load(payload->in, payload->at, &icmp, sizeof icmp)) return PB_MALFORMED;
  *type = icmp.type;
  if (full && (icmp.type == PB_ROUTER_ADVERTISEMENT || icmp.type == PB_REDIRECT)) return PB_ROUTES;
  const __u32 head = pb_nd_head(icmp.type);
  if (head == 0) return PB_LET_OUT;
  if (payload->fragmented) return PB_FOREIGN_NEIGHBOUR;
  if (pb_foreign_nd_options(payload, head, rules)) return PB_FOREIGN_NEIGHBOUR;
  if (!full || icmp.type == PB_ROUTER_SOLICITATION) return PB_LET_OUT;
  // Who solicits without an address wants the target for itself (RFC 4862).
  if (icmp.type == PB_NEIGHBOUR_SOLICITATION && !pb_is_unspecified6(ip->from)) return PB_LET_OUT;
  if (frame_load(payload->in, payload->at + 8, target, sizeof target)) return PB_MALFORMED;
  return pb_allowed6(rules, target) ? PB_LET_OUT : PB_FOREIGN_NEIGHBOUR;
}

// What a host says that has no address yet (RFC 4862, RFC 3590).
PB_INLINE int pb_without_address(__u8 icmp6_type) {
  return icmp6_type == PB_NEIGHBOUR_SOLICITATION || icmp6_type == PB_ROUTER_SOLICITATION ||
         icmp6_type == PB_MLD_REPORT || icmp6_type == PB_MLD_DONE || icmp6_type == PB_MLD2_REPORT;
}

PB_INLINE enum pb_reason pb_judge_ipv6(struct frame* in, __u32 at, int full,
                                       const struct pb_guard* rules) {
  struct pb_ipv6 ip;
  __u16 ports[2];
  __u8 icmp6_type = 0;
  if (frame_load(in, at, &ip, sizeof ip) ||
      (ip.version_flow & PB_NET32(0xf0000000U)) != PB_NET32(0x60000000U)) {
    return PB_MALFORMED;
  }
  const __u32 behind = at + sizeof ip;
  struct pb_payload payload = {in, behind, behind + PB_NET16(ip.length), ip.next, 0, 0, 0};
  if (pb_is_extension(payload.next)) {
    PB_REPEAT(PB_MOST_EXTENSIONS, pb_skip_extension, &payload);
    if (payload.malformed || (!payload.headless && pb_is_extension(payload.next))) {
      return PB_MALFORMED;
    }
  }
  // What lies behind the packet's end is nobody's word, though it lie in the frame.
  const int has_head =
      !payload.headless && (payload.next == PB_PROTOCOL_ICMP6 || payload.next == PB_PROTOCOL_UDP);
  if (payload.at + (has_head ? 4 : 0) > payload.end) return PB_MALFORMED;
  if (!payload.headless && payload.next == PB_PROTOCOL_ICMP6) {
    const enum pb_reason reason = pb_judge_icmp6(&payload, full, &icmp6_type, &ip, rules);
    if (reason != PB_LET_OUT) return reason;
  }
  if (!full) return PB_LET_OUT;
  if (!payload.headless && payload.next == PB_PROTOCOL_UDP) {
    if (frame_load(in, payload.at, ports, sizeof ports)) return PB_MALFORMED;
    if (ports[0] == PB_NET16(547) || ports[1] == PB_NET16(546)) return PB_SERVES_DHCP;
  }
  if (pb_is_unspecified6(ip.from)) {
    return pb_without_address(icmp6_type) ? PB_LET_OUT : PB_FOREIGN_IPV6;
  }
  return pb_allowed6(rules, ip.from) ? PB_LET_OUT : PB_FOREIGN_IPV6;
}

PB_INLINE int pb_is_tag(__u32 protocol) {
  return protocol == PB_NET16(0x8100) || protocol == PB_NET16(0x88a8);
}

// Of a frame that came out of the guest. `protocol`, in network order, is what it carries behind
// its tag, if it has one; `tagged`: with a VLAN's id.
PB_INLINE enum pb_reason pb_judge(struct frame* in, __u32 protocol, int tagged,
                                  const struct pb_guard* rules) {
  struct pb_ethernet ethernet;
  if (frame_load(in, 0, &ethernet, sizeof ethernet)) return PB_MALFORMED;
  if (!pb_same_mac(ethernet.from, rules->guest)) return PB_FOREIGN_MAC;
  const int twice = pb_is_tag(protocol);
  __u32 at = PB_IP_AT;
  int full = rules->mode == PB_GUARD_FULL;
  if (full && (tagged || twice)) {
    if (!rules->trunk) return PB_TAGGED;
    full = 0;  // another network's addresses
  }
  if (twice) {
    __u16 inner[2];  // the second tag's, and what it carries
    if (frame_load(in, at, inner, sizeof inner)) return PB_MALFORMED;
    // A tag that receivers take off by the way would hide what it carries, and so would a third.
    if ((inner[0] & PB_NET16(0xfff)) == 0 || pb_is_tag(inner[1])) return PB_TAGGED;
    protocol = inner[1];
    at += sizeof inner;
  }
  switch (protocol) {
    case PB_NET16(0x0806):
      return pb_judge_arp(in, at, 0, full, rules);
    case PB_NET16(0x8035):
      return pb_judge_arp(in, at, 1, full, rules);
    case PB_NET16(0x0800):
      return full ? pb_judge_ipv4(in, at, rules) : PB_LET_OUT;
    case PB_NET16(0x86dd):
      return pb_judge_ipv6(in, at, full, rules);
    default:
      return full ? PB_FOREIGN_TYPE : PB_LET_OUT;
  }
}
