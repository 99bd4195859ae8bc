// The ways to join a pod's NIC and a VM's tap that the benchmark compares, built with iproute2 and
// bpf(2) in a network namespace of the benchmark's own.
#pragma once

#include <string>
#include <vector>

namespace patchbay::bench {

// The links of one wiring. `guest` and `world` are taps, opened by the benchmark before:
//
//   guest ── (what is compared) ── pod ═ veth ═ node ── (beyond) ── world
inline constexpr const char* kGuest = "guest";
inline constexpr const char* kPod = "pod";
inline constexpr const char* kWorld = "world";

enum class Wiring {
  kNothing,      // no pod at all: the guest's tap is where `node` would be
  kPodBridge,    // KubeVirt's own way: a second bridge, in the pod
  kU32,          // tc ingress, u32 without keys, mirred
  kMatchall,     // tc ingress, matchall, mirred
  kClassicBpf,   // tc ingress, cls_bpf with the one instruction "ret -1", mirred
  kBpfRedirect,  // tc ingress, cls_bpf direct-action, an eBPF program that calls bpf_redirect
  kTcx,          // the same program on a tcx link (Linux 6.6)
  kTrunkAndU32,  // kU32 behind a classic direct-action program that judges the VLAN tag
  kMacvtap,      // `guest` is a macvtap on `pod`, as on a NIC of the node: open it afterwards
};

// What is between the pod's veth and the world.
enum class Beyond {
  kBridge,    // a bridge of the node, as most networks have it
  kRedirect,  // the cheapest thing that is not compared, so that the wiring is most of the way
};

struct NamedWiring {
  Wiring wiring;
  const char* name;
};
inline constexpr NamedWiring kWirings[] = {
    {Wiring::kNothing, "no pod"},
    {Wiring::kPodBridge, "in-pod bridge"},
    {Wiring::kU32, "u32 mirred"},
    {Wiring::kMatchall, "matchall mirred"},
    {Wiring::kClassicBpf, "cls_bpf mirred"},
    {Wiring::kBpfRedirect, "bpf_redirect"},
    {Wiring::kTcx, "bpf_redirect, tcx"},
    {Wiring::kTrunkAndU32, "trunk + u32 mirred"},
    {Wiring::kMacvtap, "macvtap"},
};

// Leaves the process in new network and mount namespaces, with a BPF file system, without IPv6.
void enter_own_namespaces();

// The MAC that frames to the guest have.
inline constexpr const char* kGuestMac = "02:00:00:00:00:01";

// Builds `wiring` around the taps; false where the kernel has not got it, with the kernel's words
// in `why`. The links are gone with remove_wiring().
bool build_wiring(Wiring wiring, Beyond beyond, std::string& why);
void remove_wiring();

}  // namespace patchbay::bench
