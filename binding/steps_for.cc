#include "binding/steps_for.h"

#include "binding/bridge.h"
#include "binding/redirect.h"
#include "plan/names.h"
#include "plan/record.h"

namespace patchbay {
namespace {

// The plugin made what the launcher opens: a tap as it is.
std::vector<Step> tap_steps(const Attachment& attachment) {
  const IfName& nic = attachment.pod_interface;
  return {Park{nic, prefixes_of(attachment)}, SetUp{nic}};
}

// A macvtap filters groups as a macvlan does.
std::vector<Step> macvtap_steps(const Attachment& attachment) {
  const IfName& nic = attachment.pod_interface;
  return {ReceiveAllMulticast{nic}, Park{nic, prefixes_of(attachment)}, SetUp{nic}};
}

std::vector<Step> wiring_of(const Attachment& attachment, const std::string& selinux_context) {
  switch (attachment.backend) {
    case Backend::kRedirect:
      return redirect_steps(attachment, selinux_context);
    case Backend::kBridge:
      return bridge_steps(attachment, selinux_context);
    case Backend::kTap:
      return tap_steps(attachment);
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
  for (Step& step : wiring_of(attachment, selinux_context)) steps.push_back(std::move(step));
  return steps;
}

}  // namespace patchbay
