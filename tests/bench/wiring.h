// The ways to join a pod's NIC and a VM's tap that the benchmark compares, built with iproute2 and
// bpf(2) in a network namespace of the benchmark's own.
#pragma once

#include <string>
#include <vector>

namespace patchbay::bench {

// The links of one wiring. `guest` and `world` are taps, opened by the benchmark before:
//
//   guest ── (what is compared) ── pod ═ veth ═ node ── bridge ── world
inline constexpr const char* kGuest = "guest";
inline constexpr const char* kPod = "pod";
inline constexpr const char* kWorld = "world";

enum class Wiring {
  kNothing,      // the guest's tap is a port of the node's bridge: no pod at all
  kPodBridge,    // KubeVirt's own way: a second bridge, in the pod
  kU32,          // tc ingress, u32 without keys, mirred
  kMatchall,     // tc ingress, matchall, mirred
  kClassicBpf,   // tc ingress, cls_bpf with the one instruction "ret -1", mirred
  kBpfRedirect,  // tc ingress, cls_bpf direct-action, an eBPF program that calls bpf_redirect
  kTcx,          // the same program on a tcx link (Linux 6.6)
  kTrunkAndU32,  // kU32 behind a classic direct-action program that judges the VLAN tag
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
};

// Leaves the process in new network and mount namespaces, with a BPF file system, without IPv6.
void enter_own_namespaces();

// Builds `wiring` around the taps; false where the kernel has not got it, with the kernel's words
// in `why`. The links are gone with remove_wiring().
bool build_wiring(Wiring wiring, std::string& why);
void remove_wiring();

}  // namespace patchbay::bench
