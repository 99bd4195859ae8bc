#include "cloudinit/v2_entry.h"

#include "cloudinit/guest_ids.h"
#include "cloudinit/v2_routes.h"
#include "plan/text.h"

namespace patchbay::cloudinit {
namespace {

void tell_lost_dns_options(const Attachment& attachment, Diagnostics& diagnostics) {
  if (attachment.dns.options.empty()) return;
  diagnostics.push_back({Severity::kWarning, attachment.network, "dns.options",
                         "the resolver options " + printable(join(attachment.dns.options)) +
                             " don't reach the guest: network-config has no word for them",
                         "set them in the guest's resolv.conf or resolved.conf where they matter"});
}

// cloud-init's networkd renderer looks the overrides up under the NIC's name in the guest (22.4 and
// 25.1 alike): it finds them only where that is the id. NetworkManager's ignores them. Router
// advertisements have no metric in v2.
void tell_weak_metric(const NetworkPlan& plan, const Attachment& attachment,
                      Diagnostics& diagnostics) {
  if (!attachment.dhcp_metric) return;
  if (attachment.ipv4 == Ipv4Method::kDhcp && attachment.guest_name.empty()) {
    const bool preferred = plan.default_route == attachment.network;
    diagnostics.push_back(
        {preferred ? Severity::kWarning : Severity::kNote, attachment.network, "dhcpMetric",
         "guests that use systemd-networkd without netplan, or NetworkManager, ignore the metric " +
             std::to_string(*attachment.dhcp_metric) +
             " of the default route that DHCP may bring here",
         "give the network a \"guestName\" in the annotation patchbay.io/networks (networkd), or "
         "let "
         "its DHCP server offer no router"});
  }
  if (attachment.ipv6 == Ipv6Method::kAuto) {
    diagnostics.push_back({Severity::kNote, attachment.network, "dhcpMetric",
                           "network-config can't give default routes from router advertisements a "
                           "metric: the guest may use this network's, too",
                           "let the routers of the network that is not preferred advertise a "
                           "router lifetime of 0"});
  }
}

// accept-ra is said in either case, for without it each renderer does something else: a guest whose
// plan says "none" or "static" shall not find itself with addresses nobody planned.
void set_methods(const Attachment& attachment, V2Entry& entry) {
  entry.dhcp4 = attachment.ipv4 == Ipv4Method::kDhcp;
  entry.dhcp6 = attachment.ipv6 == Ipv6Method::kDhcp;
  entry.accept_ra = learns_routes(attachment, Family::kIpv6);
}

// Left out, the NIC would lose the DHCP that it has without us.
Diagnostic unknown_mac(const OtherNic& other) {
  return {
      Severity::kError, other.network, "others",
      "the guest's MAC address of this NIC (" + other.binding +
          ") is not known: it is neither in the VM's spec, nor in network-info, nor on a link of "
          "the pod; networkData without it would take the NIC its DHCP",
      "write macAddress in the VM's interface"};
}

V2Entry v2_entry(const NetworkPlan& plan, const Attachment& attachment, const std::string& id,
                 Diagnostics& diagnostics) {
  V2Entry entry;
  entry.id = id;
  entry.mac = attachment.mac.to_string();
  entry.set_name = !attachment.guest_name.empty();
  set_methods(attachment, entry);
  entry.dhcp_metric = attachment.dhcp_metric;
  for (const PlannedAddress& planned : attachment.addresses) {
    entry.addresses.push_back(planned.prefix.to_string());
  }
  V2Routes routes = v2_routes(plan, attachment, diagnostics);
  entry.gateway6 = std::move(routes.gateway6);
  entry.routes = std::move(routes.routes);
  entry.mtu = attachment.mtu;
  for (const IpAddress& server : attachment.dns.servers) {
    entry.dns_servers.push_back(server.to_string());
  }
  entry.dns_search = attachment.dns.search;
  tell_lost_dns_options(attachment, diagnostics);
  tell_weak_metric(plan, attachment, diagnostics);
  return entry;
}

}  // namespace

std::vector<V2Entry> v2_entries(const NetworkPlan& plan, Diagnostics& diagnostics) {
  const GuestIds ids = guest_ids(plan);
  std::vector<V2Entry> entries;
  for (size_t i = 0; i < plan.attachments.size(); ++i) {
    entries.push_back(v2_entry(plan, plan.attachments[i], ids.attachments[i], diagnostics));
  }
  for (size_t i = 0; i < plan.others.size(); ++i) {
    if (plan.others[i].mac.is_zero()) {
      diagnostics.push_back(unknown_mac(plan.others[i]));
      continue;
    }
    V2Entry entry;
    entry.id = ids.others[i];
    entry.mac = plan.others[i].mac.to_string();
    entry.dhcp4 = true;
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace patchbay::cloudinit
