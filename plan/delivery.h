// Whether each NIC's configuration has a way into the guest: which of a pod's sidecars writes it,
// and what is refused because none can.
//
// | cloud-init volume | interfaces bound to               | who writes                           |
// |-------------------|-----------------------------------|--------------------------------------|
// | yes               | patchbay, perhaps others          | patchbay, into the volume, all NICs  |
// | yes               | patchbay-seed, none to patchbay   | refused: a guest reads one disc only |
// | no                | patchbay-seed, none to patchbay   | a seed disc, all NICs                |
// | no                | patchbay, perhaps others          | refused: nowhere to write            |
// | either            | patchbay-dhcp alone               | nobody                               |
//
// Of the fourth row's VMs the sidecar hears nothing: virt-launcher panics there before it asks for
// the domain, for profile patchbay subscribes to PreCloudInitIso (pkg/hooks/manager.go, v1.9.0).
#pragma once

#include <string>
#include <string_view>

#include "plan/bindings.h"
#include "plan/network_plan.h"
#include "plan/vmi.h"

namespace patchbay {

// `"blue", "red"`: the networks whose guest side is written by somebody; empty: none.
std::string networks_in_need(const NetworkPlan& plan);

// Whether the VM's own volume is written into, and whether it gets a seed disc; every sidecar of
// the pod answers alike.
bool has_written_volume(const Vmi& vmi, const NetworkPlan& plan);
bool has_seed_disc(const Vmi& vmi, const NetworkPlan& plan);

// What every sidecar of the pod, and a Plugin's, which sees all VMs, has to say: errors for the
// rows above that are refused, and warnings for NICs of KubeVirt's bindings that have something to
// be told which no sidecar of the VM writes, and for a seed disc whose instance-id would not stay.
Diagnostics delivery_findings(const Vmi& vmi, const NetworkPlan& plan);

}  // namespace patchbay
