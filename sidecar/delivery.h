// Whether each NIC's configuration has a way into the guest: which profile of a pod's sidecars
// writes it, and what is refused because none can.
//
// | cloud-init volume | interfaces bound to               | who writes                           |
// |-------------------|-----------------------------------|--------------------------------------|
// | yes               | patchbay, perhaps others          | patchbay, into the volume, all NICs  |
// | yes               | patchbay-seed, none to patchbay   | refused: a guest reads one disc only |
// | no                | patchbay-seed, none to patchbay   | a seed disc, all NICs                |
// | no                | patchbay, perhaps others          | refused: nowhere to write            |
// | either            | patchbay-dhcp alone               | nobody                               |
//
// The fourth row is for the message: virt-launcher panics there before it asks for the domain, for
// profile patchbay subscribes to PreCloudInitIso (pkg/hooks/manager.go, v1.9.0).
#pragma once

#include <string>

#include "plan/network_plan.h"
#include "plan/vmi.h"
#include "sidecar/profile.h"

namespace patchbay::sidecar {

// `"blue", "red"`: the networks whose guest side is written by somebody; empty: none.
std::string networks_in_need(const NetworkPlan& plan);

// Whether the VM gets a seed disc; every sidecar of the pod answers alike.
bool has_seed_disc(const Vmi& vmi, const NetworkPlan& plan);

// Throws Error{kInvalidInput} for the rows above that are refused: each profile for its own
// interfaces and for those of KubeVirt's bindings that have something to be told.
void require_a_way(const Profile& profile, const Vmi& vmi, const NetworkPlan& plan);

// For profile patchbay, before the domain is answered: throws Error{kConflict} where something has
// to be written into the volume and KubeVirt has not asked this sidecar for it.
void require_earlier_cloud_init_call(const NetworkPlan& plan);
// The same for a Plugin's MutateDomain, which no such call comes before: where an interface is
// bound to patchbay, for a Plugin sees every VM.
void require_hook_sidecar(const NetworkPlan& plan);

// Warnings of profile patchbay-dhcp and of a Plugin: NICs of KubeVirt's bindings that have
// something to be told which no sidecar of this VM writes.
Diagnostics untold(const NetworkPlan& plan);

}  // namespace patchbay::sidecar
