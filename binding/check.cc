#include "binding/check.h"

#include <algorithm>

#include "binding/describe.h"
#include "binding/parked.h"
#include "binding/step.h"
#include "binding/step_text.h"
#include "binding/steps_for.h"
#include "binding/vlan_filter.h"
#include "plan/error.h"
#include "plan/pod_state.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr std::string_view kBridgeKind = "bridge";
constexpr const char* kRemedy = "; delete the pod (of a VM: restart the VM), which makes it anew";

std::string about(const AttachmentCall& call) {
  return "network " + in_quotes(call.network) + ": ";
}

Record read_record(const std::vector<PodLink>& links, const AttachmentCall& call) {
  const IfName& name = call.names.record;
  if (links.empty()) {
    throw Error(Errc::kNotFound, about(call) +
                                     "expected the record of what was parked for the guest in "
                                     "the alias of link " +
                                     name.str() +
                                     ", which is not there: the interface was never attached, or "
                                     "is detached already" +
                                     kRemedy);
  }
  try {
    return *find_record(PodState{links}, name);
  } catch (const Error& error) {
    throw Error(Errc::kConflict, about(call) + "expected a record, found one that can't be read: " +
                                     error.what() + kRemedy);
  }
}

// Whatever carries nothing may hold a record: the kinds that make_record_link() makes.
Differences record_differences(const std::vector<PodLink>& links) {
  Differences found;
  for (const PodLink& link : links) {
    if (link.kind != "dummy" && link.kind != kBridgeKind) {
      found.push_back(differs(link.name, "kind", "dummy or bridge",
                              link.kind.empty() ? "a device" : link.kind));
    }
    if (link.up) found.push_back(differs(link.name, "state", "down", "up"));
  }
  return found;
}

// An address that ADD could not find on the interface is one that the guest does not have.
Differences broken_promises(const Record& record, const AttachmentCall& call) {
  Differences found;
  if (!call.prev_result) return found;
  for (const CniIp& ip : ips_of(*call.prev_result, call.names.pod.str())) {
    if (std::find(record.ips.begin(), record.ips.end(), ip.address) != record.ips.end()) continue;
    found.push_back("prevResult has the address " + ip.address.to_string() +
                    " for it, the record has " + to_string(record.ips));
  }
  return found;
}

bool is_bridge(Kernel& kernel, const IfName& link) {
  const auto state = kernel.read_link(link);
  return state && state->kind == kBridgeKind;
}

// The NIC itself: that it is there, and up, is for the steps to say.
Differences nic_differences(Kernel& kernel, const Attachment& attachment) {
  const IfName& name = attachment.pod_interface;
  const auto nic = kernel.read_link(name);
  if (attachment.backend == Backend::kCore || !nic) return {};
  Differences found;
  if (nic->mtu != attachment.mtu) {
    found.push_back(differs(name, "MTU", std::to_string(attachment.mtu), std::to_string(nic->mtu)));
  }
  if (attachment.backend == Backend::kBridge) return found;  // its steps know MAC and bridge
  if (nic->mac != attachment.mac) {
    found.push_back(differs(name, "MAC", attachment.mac.to_string(), nic->mac.to_string()));
  }
  // Another master, a VRF, is the network's own doing, and so is a bridge for a tap of its own.
  const bool ours_to_wire = attachment.backend == Backend::kRedirect;
  if (ours_to_wire && !nic->master.empty() && is_bridge(kernel, nic->master)) {
    found.push_back(differs(name, "bridge", "none", nic->master.str()));
  }
  return found;
}

// What a link that we made has got since.
Differences foreign_use(Kernel& kernel, const IfName& link) {
  Differences found;
  if (!kernel.read_link(link)) return found;
  for (const KernelAddress& address : kernel.read_addresses(link)) {
    if (address.kernel_made) continue;  // "IPv6 is on" says it
    found.push_back("link " + link.str() + " has the address " + address.prefix.to_string());
  }
  return found;
}

Differences foreign_master(Kernel& kernel, const IfName& tap, const std::vector<Step>& steps) {
  const auto state = kernel.read_link(tap);
  if (!state || state->master.empty()) return {};
  const bool joins = std::any_of(steps.begin(), steps.end(), [&tap](const Step& step) {
    const auto* join = std::get_if<JoinBridge>(&step);
    return join != nullptr && join->link == tap;
  });
  if (joins) return {};
  return {differs(tap, "bridge", "none", state->master.str())};
}

// Two filters of the same length read the same in a step's own words.
Differences other_trunk(Kernel& kernel, const Redirect& step) {
  if (step.trunk.empty() || !kernel.read_link(step.from)) return {};
  const auto ingress = kernel.read_ingress(step.from);
  if (!ingress) return {};
  for (const IngressFilter& filter : ingress->filters) {
    const auto* judge = std::get_if<JudgeFrames>(&filter);
    if (judge == nullptr || judge->program == trunk_program(step.trunk)) continue;
    return {"link " + step.from.str() +
            ": its filter passes other VLANs than the trunk of the record (" + step.text() + ")"};
  }
  return {};
}

Differences step_differences(Kernel& kernel, const Step& step, const std::vector<Step>& steps) {
  Differences found = verify(step, kernel);
  const auto also = [&found](Differences more) {
    found.insert(found.end(), more.begin(), more.end());
  };
  if (const auto* tap = std::get_if<MakeTap>(&step)) {
    also(foreign_use(kernel, tap->link));
    also(foreign_master(kernel, tap->link, steps));
  }
  if (const auto* bridge = std::get_if<MakeBridge>(&step)) also(foreign_use(kernel, bridge->link));
  if (const auto* ear = std::get_if<MakeListener>(&step)) also(foreign_use(kernel, ear->link));
  if (const auto* redirect = std::get_if<Redirect>(&step)) also(other_trunk(kernel, *redirect));
  return found;
}

// Several steps miss the same link.
void collect(const Differences& more, Differences& all) {
  for (const std::string& each : more) {
    if (std::find(all.begin(), all.end(), each) == all.end()) all.push_back(each);
  }
}

}  // namespace

void check(Kernel& kernel, const AttachmentCall& call) {
  const auto links = record_links(kernel, call.names.record);
  const Record record = read_record(links, call);
  const Attachment attachment = describe_parked(call.network, call.names, record);
  Differences found;
  collect(record_differences(links), found);
  collect(broken_promises(record, call), found);
  collect(nic_differences(kernel, attachment), found);
  const auto steps = steps_for(attachment);
  for (const Step& step : steps) collect(step_differences(kernel, step, steps), found);
  if (found.empty()) return;
  throw Error(Errc::kConflict,
              about(call) + "the pod is not as ADD left it: " + join(found, "; ") + kRemedy);
}

}  // namespace patchbay
