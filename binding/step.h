// Wiring as data: a backend's strategy is a list of steps, each with a state of the pod's namespace
// that it stands for. ADD applies them in order, CHECK verifies, DEL undoes them backwards,
// `patchbay render` prints. The variant is closed. Every step has the same five functions, but that
// one which is undone by its links' deletion has no undo(). Their contract stands with those of
// Step, at the end.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "binding/kernel.h"
#include "plan/net_types.h"
#include "plan/vlan_range.h"

namespace patchbay {

// What is otherwise than a step's state, a sentence each.
using Differences = std::vector<std::string>;

// The record's text lies in the aliases of `link` and the links that continue it, and of no more.
// They stay down: nothing is ever sent from them.
struct MakeRecord {
  IfName link;
  std::vector<std::string> aliases;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const MakeRecord&) const = default;
};

// A persistent tap that the launcher's user can open, mute: what it said would reach the guest.
struct MakeTap {
  IfName link;
  TapOptions options;
  uint32_t mtu = 0;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const MakeTap&) const = default;
};

// A bridge between ports that other steps give it: transparent (no VLAN filtering, no spanning
// tree, no multicast snooping; group frames pass but for those the kernel never lets through:
// spanning tree, pause, LACP) and mute.
struct MakeBridge {
  IfName link;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const MakeBridge&) const = default;
};

// `link` is a port of `bridge`.
struct JoinBridge {
  IfName link;
  IfName bridge;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const JoinBridge&) const = default;
};

// `link` has the MAC `other` in place of `own`, which its plugin gave it and the guest has now: a
// bridge keeps frames to a port's own MAC for itself. The link must be down.
struct ReplaceMac {
  IfName link;
  Mac own;
  Mac other;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const ReplaceMac&) const = default;
};

// Every frame received on `from`, of any protocol and tagged or not, is sent out of `to`; where
// there is a trunk, of the tagged ones those with its VLANs, and the others are dropped. With
// `port`, of a `from` that is a guest's, it is guarded and answered there first. With
// `copy_dhcp_answers`, for a `from` whose lease CNI's dhcp daemon renews, that daemon gets the
// answers too; undone, it stays, so that once `to` is gone nothing that `from` receives goes
// anywhere: the link is up and has its address until the network's plugin takes it away.
struct Redirect {
  IfName from;
  IfName to;
  std::vector<VlanRange> trunk;  // empty: all
  bool copy_dhcp_answers = false;
  std::optional<GuestPort> port;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const Redirect&) const = default;
};

// `link`, a guest's port, is guarded and answered; its frames go on as they did. An ingress qdisc
// without filters, which a killed ADD leaves, is undone only if `takes_empty`: without a port it is
// the network plugin's.
struct FilterPort {
  IfName link;
  GuestPort port;
  bool takes_empty = true;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const FilterPort&) const = default;
};

// `link` is a dummy, or a bridge without ports, that is up and mute, by which the pod speaks with
// the filter `name` at the guest's port `port` (port_control.h): so the sidecar tells it the
// annotation's addresses, and anybody reads what it counts. Nothing of it goes anywhere.
struct MakeControl {
  IfName link;
  IfName port;
  std::string name;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const MakeControl&) const = default;
};

// The link passes on frames for multicast groups nobody joined on it: the guest joins, the link
// can't know.
struct ReceiveAllMulticast {
  IfName link;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const ReceiveAllMulticast&) const = default;
};

// `link`, a macvlan of our own on top of `on`, does for that what ReceiveAllMulticast does: while
// it is up, the kernel counts one more who wants all multicast of `on` (drivers/net/macvlan.c), and
// no longer once it is gone. So nothing stays on a device that goes back to the host by itself when
// the namespace ends. It never gets a frame, which a redirect has taken before, and sends none. Its
// MAC, a random one, is in the device's filter as long; a driver that has none for several MACs
// (igbvf, vmxnet3) receives all for that time. It goes while `on` is up: a driver's filter does not
// change while it is down.
struct MakeListener {
  IfName link;
  IfName on;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const MakeListener&) const = default;
};

// The link does not merge received packets into ones that can't be sent on (large receive offload;
// the kernel does the same for a bridge's ports, net/core/dev.c, dev_disable_lro). Only for a link
// that had it on: undone, it has it on again.
struct TurnOffLro {
  IfName link;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const TurnOffLro&) const = default;
};

// The pod has no address on `link` and sends nothing of its own there: IPv6 is off on it, by what
// does not follow a device that goes back to the host; other links lose their multicast flag, too.
// Applied with the link going down first and staying so: any other order lets IPv6 speak once more.
// `addresses` are those that the record keeps; undone, they are back for the network's plugin to
// read, on a link that is down. With `stays_up` that link is left as it is, for the lease to be
// released through it after our DEL, and without IPv6, so without the IPv6 addresses, of which
// DHCPv4 leases none.
struct Park {
  IfName link;
  std::vector<IpPrefix> addresses;
  bool stays_up = false;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const Park&) const = default;
};

// As Park for a link that must keep its addresses, since they are what it receives frames by
// (ipvlan): it is up with just `addresses`, without routes, and neither asks nor answers for them.
struct KeepSilent {
  IfName link;
  std::vector<IpPrefix> addresses;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const KeepSilent&) const = default;
};

// Undone it is down, or with `stays_up` left as it is.
struct SetUp {
  IfName link;
  bool stays_up = false;

  void apply(Kernel& kernel) const;
  Differences verify(Kernel& kernel) const;
  void undo(Kernel& kernel) const;
  std::string text() const;
  std::vector<IfName> links() const;

  bool operator==(const SetUp&) const = default;
};

using Step = std::variant<MakeRecord, MakeTap, MakeBridge, JoinBridge, ReplaceMac, Redirect,
                          FilterPort, MakeControl, ReceiveAllMulticast, MakeListener, TurnOffLro,
                          Park, KeepSilent, SetUp>;

// Brings the step's state about; what is so already is left as it is. Throws Error{kKernel} and
// Error{kConflict}, the latter for a link or filter of that name or place that is somebody else's.
void apply(const Step& step, Kernel& kernel);

// Empty where nothing differs from the step's state.
Differences verify(const Step& step, Kernel& kernel);

// Whether it is undone by the deletion of its links, whatever else is there then: so DEL deletes
// those of all such steps at once.
bool only_makes_links(const Step& step);

// Takes the step's state away as DEL does; what is gone already is done.
void undo(const Step& step, Kernel& kernel);

// "redirect pod16477688c0e to tap16477688c0e": for a person and golden files.
std::string to_string(const Step& step);

// The links that the step may make or change.
std::vector<IfName> links_of(const Step& step);

}  // namespace patchbay
