#include "binding/drift.h"

#include <algorithm>

#include "binding/describe.h"
#include "binding/step.h"
#include "binding/step_text.h"
#include "binding/steps_for.h"
#include "binding/vlan_filter.h"

namespace patchbay {
namespace {

constexpr std::string_view kBridgeKind = "bridge";

std::string set(const IfName& link, const std::string& how) {
  return "ip link set dev " + link.str() + " " + how;
}

std::string flush(const IfName& link) { return "ip address flush dev " + link.str(); }

// Whatever carries nothing may hold a record: the kinds that make_dummy() makes.
std::vector<Drift> record_drift(const std::vector<PodLink>& links) {
  std::vector<Drift> found;
  for (const PodLink& link : links) {
    if (link.kind != "dummy" && link.kind != kBridgeKind) {
      found.push_back({differs(link.name, "kind", "dummy or bridge",
                               link.kind.empty() ? "a device" : link.kind),
                       kMakeAnew});
    }
    if (link.up)
      found.push_back({differs(link.name, "state", "down", "up"), set(link.name, "down")});
  }
  return found;
}

bool is_bridge(Kernel& kernel, const IfName& link) {
  const auto state = kernel.read_link(link);
  return state && state->kind == kBridgeKind;
}

// The NIC itself: that it is there, and up, is for the steps to say.
std::vector<Drift> nic_drift(Kernel& kernel, const Attachment& attachment) {
  const IfName& name = attachment.pod_interface;
  const auto nic = kernel.read_link(name);
  if (attachment.backend == Backend::kCore || !nic) return {};
  std::vector<Drift> found;
  if (nic->mtu != attachment.mtu) {
    const std::string mtu = std::to_string(attachment.mtu);
    found.push_back({differs(name, "MTU", mtu, std::to_string(nic->mtu)), set(name, "mtu " + mtu)});
  }
  if (attachment.backend == Backend::kBridge) return found;  // its steps know MAC and bridge
  if (nic->mac != attachment.mac) {
    const std::string mac = attachment.mac.to_string();
    found.push_back({differs(name, "MAC", mac, nic->mac.to_string()), set(name, "address " + mac)});
  }
  // Another master, a VRF, is the network's own doing, and so is a bridge for a tap of its own.
  const bool ours_to_wire = attachment.backend == Backend::kRedirect;
  if (ours_to_wire && !nic->master.empty() && is_bridge(kernel, nic->master)) {
    found.push_back({differs(name, "bridge", "none", nic->master.str()), set(name, "nomaster")});
  }
  return found;
}

// What a link that we made has got since.
std::vector<Drift> foreign_use(Kernel& kernel, const IfName& link) {
  std::vector<Drift> found;
  if (!kernel.read_link(link)) return found;
  for (const KernelAddress& address : kernel.read_addresses(link)) {
    if (address.kernel_made) continue;  // "IPv6 is on" says it
    found.push_back(
        {"link " + link.str() + " has the address " + address.prefix.to_string(), flush(link)});
  }
  return found;
}

std::vector<Drift> foreign_master(Kernel& kernel, const IfName& tap,
                                  const std::vector<Step>& steps) {
  const auto state = kernel.read_link(tap);
  if (!state || state->master.empty()) return {};
  const bool joins = std::any_of(steps.begin(), steps.end(), [&tap](const Step& step) {
    const auto* join = std::get_if<JoinBridge>(&step);
    return join != nullptr && join->link == tap;
  });
  if (joins) return {};
  return {{differs(tap, "bridge", "none", state->master.str()), set(tap, "nomaster")}};
}

// Two filters of the same length read the same in a step's own words.
std::vector<Drift> other_trunk(Kernel& kernel, const Redirect& step) {
  if (step.trunk.empty() || !kernel.read_link(step.from)) return {};
  const auto ingress = kernel.read_ingress(step.from);
  if (!ingress) return {};
  for (const IngressFilter& filter : ingress->filters) {
    const auto* judge = std::get_if<JudgeFrames>(&filter);
    if (judge == nullptr || judge->program == trunk_program(step.trunk)) continue;
    return {{"link " + step.from.str() +
                 ": its filter passes other VLANs than the trunk of the record (" + step.text() +
                 ")",
             kMakeAnew}};
  }
  return {};
}

// What brings a step's state back on links that are there; kMakeAnew where no command does.
struct Cure {
  std::string operator()(const SetUp& step) const { return set(step.link, "up"); }
  std::string operator()(const ReceiveAllMulticast& step) const {
    return set(step.link, "allmulticast on");
  }
  std::string operator()(const JoinBridge& step) const {
    return set(step.link, "master " + step.bridge.str());
  }
  std::string operator()(const TurnOffLro& step) const {
    return "ethtool -K " + step.link.str() + " lro off";
  }
  std::string operator()(const Park& step) const {
    return flush(step.link) + "; sysctl -w net.ipv6.conf." + step.link.str() + ".disable_ipv6=1";
  }
  std::string operator()(const MakeRecord&) const { return kMakeAnew; }
  std::string operator()(const MakeTap&) const { return kMakeAnew; }
  std::string operator()(const MakeBridge&) const { return kMakeAnew; }
  std::string operator()(const ReplaceMac&) const { return kMakeAnew; }
  std::string operator()(const Redirect&) const { return kMakeAnew; }
  std::string operator()(const FilterPort&) const { return kMakeAnew; }
  std::string operator()(const MakeControl&) const { return kMakeAnew; }
  std::string operator()(const MakeListener&) const { return kMakeAnew; }
  std::string operator()(const KeepSilent&) const { return kMakeAnew; }
};

std::vector<Drift> step_drift(Kernel& kernel, const Step& step, const std::vector<Step>& steps) {
  const auto links = links_of(step);
  const bool all_there = std::all_of(links.begin(), links.end(), [&kernel](const IfName& link) {
    return kernel.read_link(link).has_value();
  });
  const std::string cure = all_there ? std::visit(Cure{}, step) : kMakeAnew;
  std::vector<Drift> found;
  for (std::string& what : verify(step, kernel)) found.push_back({std::move(what), cure});
  const auto also = [&found](std::vector<Drift> more) {
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
void collect(const std::vector<Drift>& more, std::vector<Drift>& all) {
  for (const Drift& each : more) {
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&each](const Drift& one) { return one.what == each.what; });
    if (!known) all.push_back(each);
  }
}

}  // namespace

std::vector<Drift> drift_from(const Record& record, const std::vector<PodLink>& links,
                              const std::string& network, const LinkNames& names, Kernel& kernel) {
  const Attachment attachment = describe_parked(network, names, record);
  std::vector<Drift> found;
  collect(record_drift(links), found);
  collect(nic_drift(kernel, attachment), found);
  const auto steps = steps_for(attachment);
  for (const Step& step : steps) collect(step_drift(kernel, step, steps), found);
  return found;
}

}  // namespace patchbay
