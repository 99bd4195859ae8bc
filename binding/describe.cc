#include "binding/describe.h"

#include <algorithm>
#include <array>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr std::array<std::string_view, 6> kModes{"auto",    "redirect", "bridge",
                                                 "macvtap", "tap",      "hostdev"};
// Kinds of link that take every frame for their MAC and let one be sent with it.
constexpr std::array<std::string_view, 3> kRedirectKinds{"veth", "macvlan", "vlan"};

template <size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void check_mode(const std::string& network, const std::string& mode) {
  if (mode == "auto" || mode == "redirect") return;
  const std::string where = "patchbay.mode";
  if (!contains(kModes, mode)) {
    throw Error(Errc::kInvalidInput,
                "network " + in_quotes(network) + ": expected auto or redirect, found " +
                    in_quotes(mode) + did_you_mean(mode, kModes.data(), kModes.size()),
                where);
  }
  throw Error(Errc::kUnsupported,
              "network " + in_quotes(network) + ": this version has no backend " + mode +
                  "; leave the mode out, or set it to redirect",
              where);
}

[[noreturn]] void refuse(const AttachmentSources& sources, const std::string& why) {
  throw Error(Errc::kUnsupported, "network " + in_quotes(sources.network) + ": can't wire " +
                                      sources.nic.name.str() + ": " + why);
}

// Also the reason that the record gives.
std::string kind_for_redirect(const AttachmentSources& sources) {
  const LinkState& nic = sources.nic;
  if (!nic.ethernet || nic.mac.is_zero()) {
    refuse(sources, "it is no Ethernet interface, and a VM's NIC is one");
  }
  if (nic.kind.empty()) return "device";
  if (contains(kRedirectKinds, nic.kind)) return nic.kind;
  if (nic.kind == "ipvlan" || nic.kind == "ipvtap") {
    refuse(sources,
           "ipvlan delivers by IP address, which this version takes off the pod; use macvlan or "
           "bridge for this network");
  }
  refuse(sources, "its kind is " + in_quotes(nic.kind) +
                      ", expected veth, macvlan, vlan or a device of the host");
}

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
  for (const CniIp& ip : sources.cached ? ips_of(sources.cached->result, sources.nic.name.str())
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
  if (sources.cached) return routes_of(sources.cached->result, sources.nic.name.str());
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

}  // namespace

Attachment describe_attachment(const AttachmentSources& sources, Diagnostics& diagnostics) {
  const bool own = sources.cached && sources.cached->options.mode != NadOptions().mode;
  check_mode(sources.network, own ? sources.cached->options.mode : sources.defaults.mode);
  Attachment attachment = basics(sources.network, sources.names);
  attachment.backend = Backend::kRedirect;
  attachment.backend_reason = kind_for_redirect(sources);
  attachment.mac = sources.nic.mac;
  attachment.mtu = sources.nic.mtu;
  attachment.addresses = addresses_of(sources, diagnostics);
  attachment.routes = routes_of(sources);
  if (sources.cached) {
    attachment.dns = sources.cached->result.dns;
    attachment.ipam = sources.cached->ipam;
  } else if (sources.parked) {
    attachment.dns = sources.parked->dns;
    attachment.ipam = sources.parked->ipam;
  }
  return attachment;
}

Attachment describe_parked(const std::string& network, const LinkNames& names,
                           const Record& parked) {
  Attachment attachment = basics(network, names);
  attachment.mac = parked.mac;
  attachment.mtu = parked.mtu;
  for (const IpPrefix& prefix : parked.ips) {
    attachment.addresses.push_back({prefix, Source::kRecord});
  }
  attachment.routes = parked.routes;
  attachment.dns = parked.dns;
  attachment.ipam = parked.ipam;
  attachment.backend_reason = parked.why;
  return attachment;
}

}  // namespace patchbay
