#include "cli/pod_forecast.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "plan/annotation.h"
#include "plan/bindings.h"
#include "plan/error.h"
#include "plan/names.h"
#include "plan/record.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

// Locally administered, so no card has it.
Mac stand_in(size_t n) {
  const std::array<uint8_t, 6> bytes{
      0x0e, 0x70, 0x62, 0xfe, static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n)};
  return Mac::from_bytes(bytes.data());
}

class Forecaster {
 public:
  Forecaster(const Vmi& vmi, const std::vector<Nad>& nads, const NetworkStatus& status)
      : vmi_(vmi), nads_(nads), status_(status) {}

  PodForecast made() {
    read_defaults();
    add_link({.name = IfName::parse("lo"), .mtu = kMaxMtu, .up = true});
    for (const VmiInterface& interface : vmi_.interfaces) {
      if (interface.state == kAbsent) continue;
      const VmiNetwork& network = *find_network(vmi_, interface.name);
      if (network.pod) {
        add_link({.name = IfName::parse(kPodNetworkLink), .kind = "veth", .mac = unknown_mac()});
      } else {
        add_network(interface, network);
      }
    }
    return std::move(forecast_);
  }

 private:
  void read_defaults() {
    for (const Nad& nad : nads_) {
      try {
        if (const auto found = defaults_in(nad.config)) defaults_ = *found;
      } catch (const Error& error) {
        tell(Severity::kError, "", "NAD " + nad.name, error.what(), "correct its configuration");
      }
    }
  }

  void add_link(PodLink link) { forecast_.pod.links.push_back(std::move(link)); }

  void tell(Severity severity, const std::string& network, const std::string& where,
            const std::string& message, const std::string& hint) {
    forecast_.diagnostics.push_back({severity, network, where, message, hint});
  }

  Mac unknown_mac() {
    forecast_.stand_ins.push_back(stand_in(forecast_.stand_ins.size() + 1));
    return forecast_.stand_ins.back();
  }

  // A network about which nothing is known is shown as a plain veth without addresses.
  NadForecast nad_of(const VmiInterface& interface, const VmiNetwork& network) {
    NadForecast unknown;
    unknown.nic.ethernet = true;
    unknown.nic.kind = "veth";
    unknown.open = {{Family::kIpv4, "what NAD " + network.nad + " says", {}}};
    const auto nad = std::find_if(nads_.begin(), nads_.end(),
                                  [&](const Nad& each) { return each.name == network.nad; });
    if (nad != nads_.end() && nad->config.empty()) {
      tell(Severity::kWarning, interface.name, "NAD " + network.nad,
           "has no spec.config: Multus takes the configuration from a file of the node, which is "
           "not read here",
           "render it with the pod's own state (--pod) once it runs");
      return unknown;
    }
    if (nad == nads_.end()) {
      tell(Severity::kWarning, interface.name, "NAD " + network.nad,
           "is not in the files: its NIC is shown as far as the VM alone says it" + guess(network),
           "give it, too: kubectl get net-attach-def -n " +
               network.nad.substr(0, network.nad.find('/')) + " " +
               network.nad.substr(network.nad.find('/') + 1) + " -o yaml");
      return unknown;
    }
    try {
      NadForecast found = forecast_of_nad(nad->config);
      found.options = merged(found.options, defaults_);
      return found;
    } catch (const Error& error) {
      tell(Severity::kError, interface.name, "NAD " + network.nad, error.what(),
           "correct the NAD's configuration");
      return unknown;
    }
  }

  std::string guess(const VmiNetwork& network) const {
    std::vector<std::string_view> names;
    for (const Nad& nad : nads_) names.push_back(nad.name);
    return did_you_mean(network.nad, names.data(), names.size());
  }

  void add_network(const VmiInterface& interface, const VmiNetwork& network) {
    const bool ours = is_our_binding(interface.plugin);
    const bool vfio = interface.binding == "sriov";
    const LinkNames names = link_names(interface.name);
    if (!ours && !vfio) {
      add_link({.name = names.pod, .kind = "veth", .mac = unknown_mac(), .up = true});
      return;
    }
    NadForecast nad = nad_of(interface, network);
    if (!nad.known) {
      tell(Severity::kNote, interface.name, "NAD " + network.nad,
           "what plugin " + in_quotes(nad.plugin) +
               " leaves in the pod is not known here: it is shown as if that were a veth",
           "render it with the pod's own state (--pod) once it runs");
    }
    if (vfio && !nad.chained) return;
    resolve(names.pod, nad);
    forecast_.open[interface.name] = nad.open;
    if (vfio) return add_record(interface.name, names, device(interface, names, nad));
    add_wired(interface, names, nad);
  }

  static Record device(const VmiInterface& interface, const LinkNames& names,
                       const NadForecast& nad) {
    return record_of(describe_device(interface.name, names, "that the cluster chooses", nad.answer,
                                     interface.mac));
  }

  // What the pod has been given, with the prefix length that the NAD knows.
  void resolve(const IfName& pod, NadForecast& nad) {
    const NetworkStatus::Interface* seen = find_status(status_, pod.str());
    if (seen == nullptr) return;
    for (const IpAddress& ip : seen->ips) {
      const auto open = std::find_if(
          nad.open.begin(), nad.open.end(),
          [&](const OpenAddress& each) { return each.range && each.range->contains(ip); });
      if (open == nad.open.end()) continue;
      nad.answer.result.ips.push_back({.address = {ip, open->range->length}});
      nad.open.erase(open);
    }
  }

  void add_wired(const VmiInterface& interface, const LinkNames& names, const NadForecast& nad) {
    AttachmentSources sources{.network = interface.name, .names = names, .nic = nad.nic};
    sources.nic.name = names.pod;
    // All of an ipvlan parent's have its MAC, whatever is asked for.
    const bool takes_mac = interface.mac && nad.nic.kind != "ipvlan";
    sources.nic.mac = takes_mac ? *interface.mac : unknown_mac();
    sources.answer = nad.answer;
    sources.options = nad.options;
    for (const CniIp& ip : nad.answer.result.ips) sources.addresses.push_back({ip.address});
    PodLink link{.name = names.pod,
                 .kind = sources.nic.kind,
                 .mac = sources.nic.mac,
                 .mtu = sources.nic.mtu,
                 .up = true,
                 .multi_queue = nad.nic.tun && nad.nic.tun->multi_queue};
    try {
      const Attachment attachment = describe_attachment(sources, forecast_.diagnostics);
      add_link(std::move(link));
      add_tap(attachment, names);
      add_record(interface.name, names, record_of(attachment));
      forecast_.selinux_contexts[interface.name] = nad.options.selinux_context.value_or("");
    } catch (const Error& error) {
      // Its words have the network.
      tell(Severity::kError, "", error.where(), error.message(),
           "patchbay-cni would refuse the pod with the same words");
      forecast_.refused.push_back(interface.name);
    }
  }

  void add_tap(const Attachment& attachment, const LinkNames& names) {
    if (attachment.backend != Backend::kRedirect && attachment.backend != Backend::kBridge) return;
    add_link({.name = names.tap,
              .kind = std::string(kTapKind),
              .mtu = attachment.mtu,
              .up = true,
              .multi_queue = attachment.wiring.multi_queue});
  }

  void add_record(const std::string& network, const LinkNames& names, const Record& record) {
    try {
      const std::vector<std::string> aliases = split_aliases(to_json(record));
      for (size_t n = 0; n < aliases.size(); ++n) {
        add_link({.name = record_link_name(names.record, n), .kind = "dummy", .alias = aliases[n]});
      }
    } catch (const Error& error) {
      tell(Severity::kError, network, error.where(), error.message(), "shorten what the NAD says");
    }
  }

  const Vmi& vmi_;
  const std::vector<Nad>& nads_;
  const NetworkStatus& status_;
  NadOptions defaults_;  // for all networks
  PodForecast forecast_;
};

bool has_family(const Attachment& attachment, Family family) {
  return std::any_of(
      attachment.addresses.begin(), attachment.addresses.end(),
      [family](const PlannedAddress& each) { return each.prefix.family() == family; });
}

// Beside an address of either family nobody asks DHCPv4, as with addresses that are known.
void drop_dhcp(const NetworkWishes& own, Attachment& attachment) {
  if (attachment.ipv4 == Ipv4Method::kDhcp && !own.ipv4) attachment.ipv4 = Ipv4Method::kNone;
  if (!learns_routes(attachment, Family::kIpv4) && !learns_routes(attachment, Family::kIpv6)) {
    attachment.dhcp_metric.reset();
  }
}

}  // namespace

PodForecast forecast_pod(const Vmi& vmi, const std::vector<Nad>& nads,
                         const NetworkStatus& status) {
  return Forecaster(vmi, nads, status).made();
}

std::vector<OnCluster> settle(const PodForecast& forecast, const Vmi& vmi, NetworkPlan& plan) {
  std::erase_if(plan.diagnostics, [&](const Diagnostic& each) {
    const auto& refused = forecast.refused;
    return each.where == "pod" &&
           std::find(refused.begin(), refused.end(), each.network) != refused.end();
  });
  std::vector<OnCluster> on_cluster;
  Diagnostics ignored;  // make_plan's to tell
  const auto wishes = parse_networks_annotation(vmi.networks_annotation, ignored);
  for (Attachment& attachment : plan.attachments) {
    const auto open = forecast.open.find(attachment.network);
    if (open == forecast.open.end() || attachment.binding == kDhcpBinding) continue;
    const auto wish = wishes.find(attachment.network);
    const NetworkWishes own = wish == wishes.end() ? NetworkWishes() : wish->second;
    const size_t before = on_cluster.size();
    for (const OpenAddress& address : open->second) {
      const bool ipv4 = address.family == Family::kIpv4;
      const bool said = ipv4 ? own.ipv4.has_value() : own.ipv6.has_value();
      if (said || has_family(attachment, address.family)) continue;
      on_cluster.push_back({attachment.network, address.family, address.text});
      if (ipv4) attachment.ipv4 = Ipv4Method::kStatic;
      if (!ipv4) attachment.ipv6 = Ipv6Method::kStatic;
    }
    if (on_cluster.size() > before) drop_dhcp(own, attachment);
  }
  return on_cluster;
}

std::string told(const PodForecast& forecast, std::string text, std::string_view words) {
  for (const Mac& mac : forecast.stand_ins) {
    const std::string written = mac.to_string();
    for (size_t at = 0; (at = text.find(written, at)) != std::string::npos;) {
      text.replace(at, written.size(), words);
    }
  }
  return text;
}

}  // namespace patchbay::cli
