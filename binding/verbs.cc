#include "binding/verbs.h"

#include <algorithm>
#include <optional>

#include "binding/attempts.h"
#include "binding/describe.h"
#include "binding/duplicate_check.h"
#include "binding/guest_port.h"
#include "binding/parked.h"
#include "binding/result_cache.h"
#include "binding/rollback.h"
#include "binding/step.h"
#include "binding/steps_for.h"
#include "plan/error.h"
#include "plan/names.h"
#include "plan/pod_state.h"
#include "plan/text.h"

namespace patchbay {
namespace {

std::string why_missing(Kernel& kernel, const AttachmentCall& call) {
  if (call.prev_result) {
    return ", which is not there, and no device without an interface (vfio-pci): neither deviceID "
           "nor "
           "the pciID of the network's result; write \"capabilities\": {\"deviceID\": true} beside "
           "\"type\": \"patchbay\", since Multus tells the first plugin of a list only";
  }
  if (kernel.read_link(IfName::parse(kFirstOrdinalLink))) {
    return ", found net1: this pod still has ordinal interface names, which KubeVirt keeps for VMs "
           "started before v1.0; restart the VM";
  }
  return ", which is not there: the network's own element must come before the binding's, and the "
         "network must be a Multus network";
}

[[noreturn]] void report_missing_nic(Kernel& kernel, const AttachmentCall& call) {
  throw Error(Errc::kNotFound, "network " + in_quotes(call.network) + ": expected the interface " +
                                   call.names.pod.str() + why_missing(kernel, call));
}

// A record that can't be read is no record: an ADD or a DEL that stopped half-way may have left
// one.
std::optional<Record> parked_record(const std::vector<PodLink>& links, const AttachmentCall& call,
                                    Diagnostics& diagnostics) {
  try {
    return find_record(PodState{links}, call.names.record);
  } catch (const Error& error) {
    diagnostics.push_back({Severity::kWarning, call.network, error.where(), error.message(),
                           "it is put aside: if the guest misses an address, delete the pod"});
    return std::nullopt;
  }
}

std::optional<CniCacheEntry> cached_result(const AttachmentCall& call, const IfName& nic,
                                           Diagnostics& diagnostics) {
  const std::vector<std::string> dirs =
      call.options.cache_dirs.empty() ? usual_cache_dirs() : call.options.cache_dirs;
  auto cached = find_cached_result(dirs, call.container_id, nic);
  if (!cached) {
    diagnostics.push_back({Severity::kWarning, call.network, nic.str(),
                           "no cached CNI result in " + join(dirs) +
                               ": addresses and routes are taken from the interface; DNS and the "
                               "options of the network's "
                               "own NAD (guard, responder, trunk, …) are unknown",
                           "name the runtime's cache in the binding's NAD: "
                           "\"patchbay\": {\"cacheDirs\": […]}"});
  }
  return cached;
}

bool changes_nic(const Step& step, const IfName& nic) {
  // Left behind on purpose where the NIC stays up for a lease to be released.
  const auto* redirect = std::get_if<Redirect>(&step);
  if (redirect != nullptr) return redirect->from == nic;
  if (const auto* filter = std::get_if<FilterPort>(&step)) return filter->link == nic;
  return std::holds_alternative<Park>(step) || std::holds_alternative<SetUp>(step) ||
         std::holds_alternative<ReceiveAllMulticast>(step) ||
         std::holds_alternative<TurnOffLro>(step);
}

bool is_wired(Kernel& kernel, const std::vector<Step>& steps) {
  return std::all_of(steps.begin(), steps.end(),
                     [&kernel](const Step& step) { return verify(step, kernel).empty(); });
}

void apply_all(Kernel& kernel, const std::vector<Step>& steps, const std::vector<PodLink>& records,
               Diagnostics& diagnostics, const LinkSnapshot& read_already = {}) {
  std::vector<IfName> links;
  links.reserve(records.size());
  for (const PodLink& link : records) links.push_back(link.name);
  for (const Step& step : steps) {
    for (const IfName& link : links_of(step)) {
      if (std::find(links.begin(), links.end(), link) == links.end()) links.push_back(link);
    }
  }
  Rollback rollback(kernel, links, diagnostics, read_already);
  for (const Step& step : steps) apply(step, kernel);
  kernel.expect_namespace();
  rollback.commit();
}

// In the chained form the options are the network's own already.
std::optional<NetworkAnswer> answer_of(const AttachmentCall& call, NadOptions& options,
                                       Diagnostics& diagnostics) {
  options = call.options.defaults;
  if (call.prev_result) return NetworkAnswer{*call.prev_result, options.ipam.value_or("")};
  auto cached = cached_result(call, call.names.pod, diagnostics);
  if (!cached) return std::nullopt;
  options = merged(cached->options, options);
  return NetworkAnswer{std::move(cached->result), cached->ipam, cached->mac_spoof_check};
}

void log_choice(const Attachment& attachment, Diagnostics& diagnostics) {
  diagnostics.push_back(
      {Severity::kNote, attachment.network, attachment.pod_interface.str(),
       "wired by " + std::string(name(attachment.backend)) + ": " + attachment.backend_reason, ""});
}

// The PCI address of what has no network interface; empty: nobody names a device.
std::string device_of(const AttachmentCall& call) {
  if (!call.prev_result || !call.device_id.empty()) return call.device_id;
  for (const CniInterface& interface : call.prev_result->interfaces) {
    if (interface.name == call.names.pod.str()) return interface.pci_id;
  }
  return {};
}

void add_device(Kernel& kernel, const AttachmentCall& call, const std::string& device_id,
                const std::vector<PodLink>& records, Diagnostics& diagnostics) {
  if (asks_for_port(call.options.defaults)) {
    throw Error(Errc::kUnsupported,
                "network " + in_quotes(call.network) + ": device " + device_id +
                    " has no interface in the pod, so nobody could guard its guest or answer its "
                    "DHCP there; take \"responder\" and \"guard\" out of its NAD, hand over by "
                    "cloud-init, and have the card guard it (spoofchk)");
  }
  const NetworkAnswer answer{*call.prev_result, call.options.defaults.ipam.value_or("")};
  Attachment attachment = describe_device(call.network, call.names, device_id, answer, call.mac);
  attachment.wiring.owner = call.owner;
  if (attachment.mac.is_zero()) {
    diagnostics.push_back(
        {Severity::kWarning, call.network, device_id,
         "neither the network's result nor the runtime names the device's MAC",
         "write macAddress in the VM's interface: the guest finds the NIC by it"});
  }
  const auto steps = steps_for(attachment);
  if (!is_wired(kernel, steps)) apply_all(kernel, steps, records, diagnostics);
  log_choice(attachment, diagnostics);
}

}  // namespace

void add(Kernel& kernel, const AttachmentCall& call, Diagnostics& diagnostics) {
  const IfName& nic = call.names.pod;
  const auto records = record_links(kernel, call.names.record);
  const LinkSnapshot found = take_snapshot(kernel, nic);
  const std::string device_id = device_of(call);
  if (!found.state && call.prev_result && !device_id.empty()) {
    add_device(kernel, call, device_id, records, diagnostics);
    return;
  }
  if (!found.state) report_missing_nic(kernel, call);
  AttachmentSources sources{.network = call.network,
                            .names = call.names,
                            .nic = *found.state,
                            .addresses = found.addresses,
                            .routes = found.routes,
                            .lro = found.lro};
  sources.parked = parked_record(records, call, diagnostics);
  sources.answer = answer_of(call, sources.options, diagnostics);
  Attachment attachment = describe_attachment(sources, diagnostics);
  attachment.wiring.owner = call.owner;
  const auto steps = steps_for(attachment, sources.options.selinux_context.value_or(""));
  if (is_wired(kernel, steps)) {
    kernel.expect_namespace();
  } else {
    if (sources.options.dad.value_or(false) && !sources.parked) {
      refuse_duplicates(kernel, attachment, sources.nic, attachment.wiring.mac_spoof_check,
                        diagnostics);
    }
    apply_all(kernel, steps, records, diagnostics, found);
  }
  log_choice(attachment, diagnostics);
}

void del(Kernel& kernel, const AttachmentCall& call, Diagnostics& diagnostics) {
  const auto records = record_links(kernel, call.names.record);
  const auto parked = parked_record(records, call, diagnostics);
  Record any;
  any.wiring.lent = true;  // whatever we may have made goes
  Record made = parked.value_or(any);
  const bool had_port = has_port(made.wiring);
  // By MAC the filter's rules can always be made, and at no cost; undone, it is known by whatever
  // name it has.
  made.wiring.guard = Guard::kMac;
  made.wiring.responder = false;
  auto steps = steps_for(describe_parked(call.network, call.names, made));
  Attempts attempts;
  std::vector<IfName> ours;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (std::holds_alternative<MakeRecord>(*step)) continue;  // as it was found, below
    if (only_makes_links(*step)) {
      for (const IfName& link : links_of(*step)) ours.push_back(link);
      continue;
    }
    // The record is made first: without one the pod's interface is as its plugin made it.
    if (!parked && changes_nic(*step, call.names.pod)) continue;
    if (auto* filter = std::get_if<FilterPort>(&*step)) filter->takes_empty = had_port;
    attempts.attempt([&] { undo(*step, kernel); });
  }
  // Where something is left to undo, the next DEL needs the record.
  if (!attempts.first_failure()) {
    for (const PodLink& link : records) ours.push_back(link.name);
  }
  attempts.attempt([&] { kernel.delete_links(ours); });
  attempts.report();
}

}  // namespace patchbay
