// Wiring as data: a backend's strategy is a list of steps, each with a state of the pod's namespace
// that it stands for. ADD applies them in order, CHECK verifies, DEL undoes them backwards,
// `patchbay render` prints. The variant is closed and the visitors have no default branch: the
// compiler names every place that a new step touches.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "binding/kernel.h"
#include "plan/net_types.h"

namespace patchbay {

// The record's text lies in the aliases of `link` and the links that continue it, and of no more.
// They stay down: nothing is ever sent from them.
struct MakeRecord {
  IfName link;
  std::vector<std::string> aliases;

  bool operator==(const MakeRecord&) const = default;
};

// A persistent tap that the launcher's user can open. It has no IPv6 of its own: what it sent would
// reach the guest.
struct MakeTap {
  IfName link;
  uint32_t owner = 0;
  uint32_t group = 0;
  uint32_t mtu = 0;

  bool operator==(const MakeTap&) const = default;
};

// Every frame received on `from`, of any protocol and tagged or not, is sent out of `to`.
struct Redirect {
  IfName from;
  IfName to;

  bool operator==(const Redirect&) const = default;
};

// The link passes on frames for multicast groups nobody joined on it: the guest joins, the link
// can't know.
struct ReceiveAllMulticast {
  IfName link;

  bool operator==(const ReceiveAllMulticast&) const = default;
};

// The pod has no address on `link` and sends nothing of its own there. Applied with the link going
// down first and staying so: any other order lets IPv6 speak once more. `addresses` are those that
// the record keeps; undone, they are back for the network's plugin to read, on a link that is down.
struct Park {
  IfName link;
  std::vector<IpPrefix> addresses;

  bool operator==(const Park&) const = default;
};

struct SetUp {
  IfName link;

  bool operator==(const SetUp&) const = default;
};

using Step = std::variant<MakeRecord, MakeTap, Redirect, ReceiveAllMulticast, Park, SetUp>;

// Brings the step's state about; what is so already is left as it is. Throws Error{kKernel} and
// Error{kConflict}, the latter for a link or filter of that name or place that is somebody else's.
void apply(const Step& step, Kernel& kernel);

// What differs from the step's state, a sentence each; empty where nothing does.
std::vector<std::string> verify(const Step& step, Kernel& kernel);

// Takes the step's state away as DEL does; what is gone already is done.
void undo(const Step& step, Kernel& kernel);

// "redirect pod16477688c0e to tap16477688c0e": for a person and golden files.
std::string to_string(const Step& step);

// The links that the step may make or change.
std::vector<IfName> links_of(const Step& step);

}  // namespace patchbay
