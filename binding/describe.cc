#include "binding/describe.h"

#include <algorithm>

#include "binding/bridge.h"
#include "binding/choose_backend.h"
#include "binding/guest_answers.h"
#include "binding/silence.h"

namespace patchbay {
namespace {

bool has_address(const std::vector<IpPrefix>& prefixes, const IpAddress& address) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&address](const IpPrefix& p) { return p.address == address; });
}

// The addresses in order, each once.
class AddressList {
 public:
  void add(const IpPrefix& prefix) {
    if (!has_address(prefixes_, prefix.address)) prefixes_.push_back(prefix);
  }
  std::vector<PlannedAddress> planned() const {
    std::vector<PlannedAddress> out;
    for (const IpPrefix& prefix : prefixes_) out.push_back({prefix, Source::kRecord});
    return out;
  }

 private:
  std::vector<IpPrefix> prefixes_;
};

std::vector<IpPrefix> on_nic(const AttachmentSources& sources) {
  std::vector<IpPrefix> prefixes;
  for (const KernelAddress& address : sources.addresses) {
    if (!address.kernel_made) prefixes.push_back(address.prefix);
  }
  return prefixes;
}

std::vector<PlannedAddress> addresses_of(const AttachmentSources& sources,
                                         Diagnostics& diagnostics) {
  const std::vector<IpPrefix> present = on_nic(sources);
  const std::vector<IpPrefix> parked =
      sources.parked ? sources.parked->ips : std::vector<IpPrefix>();
  AddressList list;
  for (const CniIp& ip : sources.answer ? ips_of(sources.answer->result, sources.nic.name.str())
                                        : std::vector<CniIp>()) {
    const IpAddress& address = ip.address.address;
    if (has_address(present, address) || has_address(parked, address)) {
      list.add(ip.address);
    } else {
      diagnostics.push_back({Severity::kWarning, sources.network, sources.nic.name.str(),
                             "the network's result has " + ip.address.to_string() +
                                 ", the interface does not: the guest gets no such address",
                             "see which plugin of the network takes it away again"});
    }
  }
  for (const IpPrefix& prefix : parked) list.add(prefix);
  // A link-local address that no result names belongs to the interface, not to the guest.
  for (const IpPrefix& prefix : present) {
    if (prefix.family() != Family::kIpv6 || !prefix.address.is_link_local()) list.add(prefix);
  }
  return list.planned();
}

std::vector<Route> routes_of(const AttachmentSources& sources) {
  if (sources.answer) return routes_of(sources.answer->result, sources.nic.name.str());
  if (sources.parked) return sources.parked->routes;
  std::vector<Route> routes;
  for (const KernelRoute& route : sources.routes) {
    if (route.route) routes.push_back(*route.route);
  }
  return routes;
}

Attachment basics(const std::string& network, const LinkNames& names) {
  Attachment attachment;
  attachment.network = network;
  attachment.ours = true;
  attachment.pod_interface = names.pod;
  attachment.tap = names.tap;
  return attachment;
}

// The guest's: what the NIC had before a bridge of ours gave it another.
Mac mac_of(const AttachmentSources& sources) {
  const Mac& mac = sources.nic.mac;
  if (sources.parked && mac == port_mac(sources.parked->mac)) return sources.parked->mac;
  return mac;
}

// Where no configuration is to be seen (a chain, no cache) the options may say it.
std::string ipam_of(const AttachmentSources& sources) {
  if (sources.answer && !sources.answer->ipam.empty()) return sources.answer->ipam;
  if (!sources.answer && sources.parked) return sources.parked->ipam;
  return sources.options.ipam.value_or("");
}

bool makes_tap(Backend backend) {
  return backend == Backend::kRedirect || backend == Backend::kBridge;
}

void tell_of_context(const AttachmentSources& sources, Backend backend, Diagnostics& diagnostics) {
  if (!sources.options.selinux_context || makes_tap(backend)) return;
  diagnostics.push_back(
      {Severity::kWarning, sources.network, "selinuxContext",
       sources.nic.name.str() +
           " was made by the network's plugin, and keeps the SELinux context it was made under",
       "write selinuxContext for the network's plugin itself, as the tap plugin has it"});
}

void tell_of_allowed(const AttachmentSources& sources, Diagnostics& diagnostics) {
  if (!sources.options.allowed_addresses || sources.options.guard == Guard::kFull) return;
  diagnostics.push_back({Severity::kWarning, sources.network, "allowedAddresses",
                         "lets nothing out: only guard \"full\" looks at addresses",
                         "write \"guard\": \"full\" beside it, or leave it out"});
}

Wiring wiring_of(const AttachmentSources& sources, Backend backend) {
  const LinkState& nic = sources.nic;
  Wiring wiring;
  wiring.mac_spoof_check = sources.answer
                               ? sources.answer->mac_spoof_check
                               : sources.parked && sources.parked->wiring.mac_spoof_check;
  if (nic.tun) {
    wiring.multi_queue = nic.tun->multi_queue;
  } else if (makes_tap(backend)) {
    wiring.multi_queue = sources.options.multi_queue.value_or(false);
  }
  wiring.keeps_addresses = nic.kind == "ipvlan";
  wiring.lro = sources.lro || (sources.parked && sources.parked->wiring.lro);
  wiring.responder = sources.options.responder.value_or(false);
  wiring.guard = sources.options.guard.value_or(Guard::kOff);
  if (wiring.guard == Guard::kFull) {
    wiring.allowed = sources.options.allowed_addresses.value_or(std::vector<IpPrefix>());
  }
  if (backend == Backend::kRedirect) {
    // On a macvlan or ipvlan another macvlan would not lie on it but beside.
    wiring.lent = is_lent(nic) && nic.kind != "macvlan" && nic.kind != "ipvlan";
    wiring.trunk = sources.options.trunk.value_or(std::vector<VlanRange>());
  }
  return wiring;
}

}  // namespace

Attachment describe_attachment(const AttachmentSources& sources, Diagnostics& diagnostics) {
  const BackendChoice choice = choose_backend({.network = sources.network,
                                               .nic = sources.nic,
                                               .ipam = ipam_of(sources),
                                               .options = sources.options});
  Attachment attachment = basics(sources.network, sources.names);
  attachment.backend = choice.backend;
  attachment.backend_reason = choice.why;
  attachment.mac = mac_of(sources);
  attachment.mtu = sources.nic.mtu;
  attachment.addresses = addresses_of(sources, diagnostics);
  attachment.routes = routes_of(sources);
  attachment.ipam = ipam_of(sources);
  if (sources.answer) {
    attachment.dns = sources.answer->result.dns;
  } else if (sources.parked) {
    attachment.dns = sources.parked->dns;
  }
  attachment.wiring = wiring_of(sources, choice.backend);
  tell_of_context(sources, choice.backend, diagnostics);
  tell_of_allowed(sources, diagnostics);
  if (attachment.wiring.responder) answers_for(attachment, "", diagnostics);
  return attachment;
}

Attachment describe_device(const std::string& network, const LinkNames& names,
                           const std::string& device_id, const NetworkAnswer& answer,
                           const std::optional<Mac>& mac) {
  Attachment attachment = basics(network, names);
  attachment.backend = Backend::kCore;
  attachment.backend_reason = "device " + device_id;
  for (const CniInterface& interface : answer.result.interfaces) {
    if (interface.name != names.pod.str()) continue;
    if (interface.mac) attachment.mac = *interface.mac;
    attachment.mtu = interface.mtu.value_or(0);
  }
  if (attachment.mac.is_zero() && mac) attachment.mac = *mac;
  for (const CniIp& ip : ips_of(answer.result, names.pod.str())) {
    attachment.addresses.push_back({ip.address, Source::kRecord});
  }
  attachment.routes = routes_of(answer.result, names.pod.str());
  attachment.dns = answer.result.dns;
  attachment.ipam = answer.ipam;
  return attachment;
}

Attachment describe_parked(const std::string& network, const LinkNames& names,
                           const Record& parked) {
  Attachment attachment = basics(network, names);
  attachment.backend = backend_named(parked.backend).value_or(Backend::kRedirect);
  attachment.backend_reason = parked.why;
  attachment.mac = parked.mac;
  attachment.mtu = parked.mtu;
  for (const IpPrefix& prefix : parked.ips) {
    attachment.addresses.push_back({prefix, Source::kRecord});
  }
  attachment.routes = parked.routes;
  attachment.dns = parked.dns;
  attachment.ipam = parked.ipam;
  attachment.wiring = parked.wiring;
  return attachment;
}

}  // namespace patchbay
