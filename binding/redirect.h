// The backend "redirect": the guest's tap and the pod's NIC each send on what the other receives.
// The NIC keeps its MAC, which is the guest's, so whatever the network knows of the pod stays true.
#pragma once

#include <string>
#include <vector>

#include "binding/step.h"
#include "plan/network_plan.h"

namespace patchbay {

// The user and group that virt-launcher and QEMU run as (KubeVirt's util.NonRootUID).
inline constexpr uint32_t kLauncherUid = 107;

// In the order that was measured silent: once a frame can leave the NIC, none of ours does.
std::vector<Step> redirect_steps(const Attachment& attachment, const std::string& selinux_context,
                                 const std::optional<GuestPort>& port);

// A tap that the launcher opens.
TapOptions tap_options(const Attachment& attachment, const std::string& selinux_context);

std::vector<IpPrefix> prefixes_of(const Attachment& attachment);

}  // namespace patchbay
