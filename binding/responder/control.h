// How the pod speaks with a guest's port: one UDP datagram, broadcast out of the network's control
// link (ctl<h>) by root or by the launcher's user, who has no capability. A program at that link's
// egress takes it, and sends it back with what the port counts and answers. Plain C, for both
// sides; headers are in network order, what is behind them as this machine has it.
#pragma once

#include "binding/responder/answers.h"
#include "binding/responder/guard_rules.h"

#define PB_LAUNCHER_UID 107           // redirect.h
#define PB_CONTROL_PORT 0x7062        // "pb"
#define PB_CONTROL_MAGIC 0x70620001U  // and the version of what follows
#define PB_CONTROL_AT 42              // Ethernet, IPv4, UDP

enum pb_control_operation {
  PB_ASK = 0,
  PB_TELL = 1,    // the answers, but for the guest's MAC and the uplink, which stay ADD's
  PB_REPORT = 2,  // what comes back
};

struct pb_control {
  __u32 magic;
  __u32 operation;
  __u64 dropped[PB_REASONS];  // by pb_reason
  struct pb_answers answers;
};

// Of the control link: the datagram in one piece.
#define PB_CONTROL_MTU 8192
