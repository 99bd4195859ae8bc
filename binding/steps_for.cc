#include "binding/steps_for.h"

#include "binding/bridge.h"
#include "binding/guest_port.h"
#include "binding/redirect.h"
#include "plan/names.h"
#include "plan/record.h"

namespace patchbay {
namespace {

// The plugin made what the launcher opens: a tap as it is.
std::vector<Step> tap_steps(const Attachment& attachment, const std::optional<GuestPort>& port) {
  const IfName& nic = attachment.pod_interface;
  std::vector<Step> steps{Park{nic, prefixes_of(attachment)}};
  if (port) steps.emplace_back(FilterPort{nic, *port});
  steps.emplace_back(SetUp{nic});
  return steps;
}

// A macvtap filters groups as a macvlan does.
std::vector<Step> macvtap_steps(const Attachment& attachment) {
  const IfName& nic = attachment.pod_interface;
  return {ReceiveAllMulticast{nic}, Park{nic, prefixes_of(attachment)}, SetUp{nic}};
}

std::vector<Step> wiring_of(const Attachment& attachment, const std::string& selinux_context,
                            const std::optional<GuestPort>& port) {
  switch (attachment.backend) {
    case Backend::kRedirect:
      return redirect_steps(attachment, selinux_context, port);
    case Backend::kBridge:
      return bridge_steps(attachment, selinux_context, port);
    case Backend::kTap:
      return tap_steps(attachment, port);
    case Backend::kMacvtap:
      return macvtap_steps(attachment);
    case Backend::kCore:
      return {};
  }
  return {};
}

}  // namespace

std::vector<Step> steps_for(const Attachment& attachment, const std::string& selinux_context) {
  const LinkNames names = attachment.pod_interface.empty()
                              ? link_names(attachment.network)
                              : link_names_beside(attachment.pod_interface);
  std::vector<Step> steps{MakeRecord{names.record, split_aliases(to_json(record_of(attachment)))}};
  const std::optional<GuestPort> port = guest_port(attachment);
  for (Step& step : wiring_of(attachment, selinux_context, port)) steps.push_back(std::move(step));
  if (port) steps.emplace_back(MakeControl{names.control, port_link(attachment), port->name});
  return steps;
}

}  // namespace patchbay
