// What the port guard lets out of a guest: made by patchbay-cni (binding/guest_port.h), read by the
// program in the kernel. Plain C, for both; addresses are in network order.
#pragma once

#include <linux/types.h>

#define PB_MOST_PREFIXES 16  // of each family
#define PB_MOST_ROUTERS 4

enum pb_guard_mode {
  PB_GUARD_OFF = 0,
  PB_GUARD_MAC = 1,
  PB_GUARD_FULL = 2,
};

struct pb_prefix4 {
  __u32 address;
  __u32 mask;
};
struct pb_prefix6 {
  __u32 address[4];
  __u32 mask[4];
};

struct pb_guard {
  __u8 guest[6];  // its MAC
  __u8 mode;      // pb_guard_mode
  __u8 trunk;     // 1: frames with a VLAN id pass; which, a filter behind this one says
  __u32 prefixes4;
  __u32 prefixes6;
  __u32 routers;
  __u32 unused;
  __u32 router[PB_MOST_ROUTERS][4];  // link-local ones, which the guest is not
  struct pb_prefix4 v4[PB_MOST_PREFIXES];
  struct pb_prefix6 v6[PB_MOST_PREFIXES];
};

// Why a frame was dropped: each has a counter. PB_LET_OUT has none.
enum pb_reason {
  PB_LET_OUT = 0,
  PB_FOREIGN_MAC,        // Ethernet's source
  PB_FOREIGN_ARP,        // ARP's sender
  PB_FOREIGN_NEIGHBOUR,  // a neighbour discovery's link-layer address, sender or target
  PB_FOREIGN_IPV4,
  PB_FOREIGN_IPV6,
  PB_SERVES_DHCP,
  PB_ROUTES,  // a router advertisement or redirect
  PB_TAGGED,
  PB_FOREIGN_TYPE,  // neither ARP nor IP
  PB_MALFORMED,
  PB_REASONS,
};
