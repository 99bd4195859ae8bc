// What the responder tells a guest: made by patchbay-cni (binding/answers_for.h), read by the
// program in the kernel. All that does not depend on a request is ready-made here, so that the
// program only chooses and copies. Plain C, for both; numbers of frames are in network order.
#pragma once

#include <linux/types.h>

#define PB_OPTIONS 32
#define PB_OPTION_BYTES 1024   // of all options together
#define PB_LONGEST_OPTION 512  // with its codes and lengths; RFC 3396 splits a value beyond 255

#define PB_DHCP4_HEAD 282  // Ethernet, IPv4, UDP, BOOTP and the cookie before the options

struct pb_option {
  __u16 at;      // in `bytes`
  __u16 length;  // with code and length
};

// RFC 2131. The first options are in every lease, asked for or not: the server (option 54), the
// lease's times, and the mask last (RFC 2132, 3.3: before the routers).
struct pb_dhcp4 {
  __u32 on;
  __u32 address;  // the guest's
  __u32 server;
  __u32 largest;  // frame, in bytes
  // From the server to the guest: BOOTREPLY with the guest's MAC and address, without what differs
  // from answer to answer.
  __u8 head[PB_DHCP4_HEAD];
  __u8 lease_options;
  __u8 unused;
  __u8 option_of[256];  // by code: its place in `options` + 1; 0: there is none
  struct pb_option options[PB_OPTIONS];
  __u8 bytes[PB_OPTION_BYTES];
};

#define PB_DHCP6_HEAD 62   // Ethernet, IPv6, UDP
#define PB_SERVER_DUID 14  // option 2 with a DUID-LL (RFC 8415, 11.4)
#define PB_MOST_ADDRESSES 8
#define PB_ADDRESS_OPTION 28  // option 5: address, lifetimes
#define PB_LEASE_BYTES 256    // at least as many as that makes, and a power of two
#define PB_DHCP6_BYTES 512

// RFC 8415.
struct pb_dhcp6 {
  __u32 on;
  __u32 addresses;  // how many
  __u8 head[PB_DHCP6_HEAD];
  __u8 server[PB_SERVER_DUID];  // the option
  __u8 leases[PB_LEASE_BYTES];  // the options of IA_NA
  __u16 information_length;
  __u8 information[PB_DHCP6_BYTES];  // options 23 and 24
};

#define PB_ADVERTISEMENT 1024

// RFC 4861: one router advertisement to all nodes, whole, from Ethernet on. 0 bytes: none.
struct pb_router {
  __u32 length;
  __u8 advertisement[PB_ADVERTISEMENT];
};

struct pb_answers {
  __u8 guest[6];  // the MAC that is answered, and no other
  __u8 unused[2];
  __u32 uplink;  // the link's number that a solicitation also goes out of; 0: none
  struct pb_dhcp4 dhcp4;
  struct pb_dhcp6 dhcp6;
  struct pb_router router;
};
