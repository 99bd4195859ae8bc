#include "cloudinit/guest_nic.h"

#include <algorithm>
#include <set>

#include "cloudinit/guest_ids.h"
#include "cloudinit/guest_routes.h"
#include "plan/error.h"
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

// Version 1 and network_data.json hang a NIC's name service on its addresses (GuestSubnet);
// servers, not domains, are in network_data.json's list for the whole guest, too.
void tell_dns_without_address(const GuestNic& nic, const std::string& network, Format format,
                              Diagnostics& diagnostics) {
  if (format == Format::kV2 || !subnets_of(nic).empty()) return;
  std::vector<std::string> lost = nic.dns_search;
  if (format == Format::kV1) {
    for (const IpAddress& server : nic.dns_servers) lost.push_back(server.to_string());
  }
  if (lost.empty()) return;
  diagnostics.push_back(
      {Severity::kWarning, network, "dns",
       "the network's name service, " + printable(join(lost)) +
           ", doesn't reach the guest: beside no address its configuration has no "
           "place for it",
       "use a cloudInitNoCloud volume without networkData, or set it inside the "
       "guest"});
}

// Who sets the metric of default routes that DHCP brings: with v2 the renderers eni, sysconfig and
// netplan's; networkd's looks it up under the NIC's name in the guest (22.4 and 25.1 alike), and
// finds it only where that is the id. Of the other formats only eni and sysconfig take it.
bool keeps_dhcp_metric(Guest guest, Format format, bool named) {
  if (guest == Guest::kEni || guest == Guest::kSysconfig) return true;
  return format == Format::kV2 && (guest == Guest::kNetplan || named);
}

void tell_weak_metric(const NetworkPlan& plan, const Attachment& attachment, Format format,
                      Diagnostics& diagnostics) {
  if (!attachment.dhcp_metric) return;
  if (attachment.ipv4 == Ipv4Method::kDhcp &&
      !keeps_dhcp_metric(plan.guest, format, !attachment.guest_name.empty())) {
    const bool preferred = plan.default_route == attachment.network;
    const bool v2 = format == Format::kV2;
    diagnostics.push_back(
        {preferred ? Severity::kWarning : Severity::kNote, attachment.network, "dhcpMetric",
         std::string(v2 ? "guests that use systemd-networkd without netplan, or NetworkManager,"
                        : "guests that use systemd-networkd, netplan or NetworkManager") +
             " ignore the metric " + std::to_string(*attachment.dhcp_metric) +
             " of the default route that DHCP may bring here",
         std::string(v2 ? "give the network a \"guestName\" in the annotation "
                          "patchbay.io/networks (networkd)"
                        : "use a cloudInitNoCloud volume (netplan)") +
             ", or let its DHCP server offer no router"});
  }
  // Router advertisements have no metric in any format.
  if (attachment.ipv6 == Ipv6Method::kAuto) {
    diagnostics.push_back({Severity::kNote, attachment.network, "dhcpMetric",
                           "network-config can't give default routes from router advertisements a "
                           "metric: the guest may use this network's, too",
                           "let the routers of the network that is not preferred advertise a "
                           "router lifetime of 0"});
  }
}

// Cloud-init's renderer for NetworkManager writes no metric, which then numbers the default routes
// by the order of the devices.
void tell_order_of_devices(const NetworkPlan& plan, const OtherNic& other,
                           Diagnostics& diagnostics) {
  const bool certain = plan.guest == Guest::kNetworkManager;
  if (!other.dhcp_metric || (!certain && plan.guest != Guest::kLinux)) return;
  diagnostics.push_back(
      {certain ? Severity::kWarning : Severity::kNote, other.network, "dhcpMetric",
       "guests that use NetworkManager ignore the metric " + std::to_string(*other.dhcp_metric) +
           " of the default route that DHCP may bring here, and may prefer it to that of network " +
           in_quotes(plan.default_route),
       "put the interface of " + in_quotes(plan.default_route) +
           " first in the VM, or let the DHCP server offer no router here"});
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

// Setting an address of a family, cloudbase-init takes away those that the adapter has of it
// (osutils/windows.py, _set_static_network_config): the last one is left, so the first is written.
std::vector<IpPrefix> first_of_each_family(const Attachment& attachment, Diagnostics& diagnostics) {
  std::vector<IpPrefix> kept;
  std::set<Family> families;
  for (const PlannedAddress& planned : attachment.addresses) {
    if (families.insert(planned.prefix.family()).second) {
      kept.push_back(planned.prefix);
    } else {
      diagnostics.push_back({Severity::kWarning, attachment.network, "addresses",
                             "the guest will not have " + to_string(planned) +
                                 ": cloudbase-init gives a NIC one address of a family",
                             "add it inside the guest"});
    }
  }
  return kept;
}

// cloudbase-init sets name servers together with an address of their family, and nothing where it
// leaves the NIC to DHCP.
std::vector<IpAddress> servers_beside(const std::vector<IpPrefix>& addresses,
                                      const Attachment& attachment, Diagnostics& diagnostics) {
  std::vector<IpAddress> kept;
  for (const IpAddress& server : attachment.dns.servers) {
    const bool has_home = std::any_of(addresses.begin(), addresses.end(), [&](const IpPrefix& own) {
      return own.family() == server.family();
    });
    if (has_home) {
      kept.push_back(server);
    } else {
      diagnostics.push_back({Severity::kWarning, attachment.network, "dns.servers",
                             "the name server " + server.to_string() +
                                 " doesn't reach the guest: cloudbase-init sets it only beside a "
                                 "static " +
                                 std::string(name(server.family())) + " address",
                             "let the network's DHCP server offer it, or set it inside the guest"});
    }
  }
  return kept;
}

// cloudbase-init sets neither of them.
void tell_lost_on_windows(const Attachment& attachment, Diagnostics& diagnostics) {
  if (!attachment.dns.search.empty()) {
    diagnostics.push_back({Severity::kWarning, attachment.network, "dns.search",
                           "the search domains " + printable(join(attachment.dns.search)) +
                               " don't reach the guest: cloudbase-init sets none",
                           "set them inside the guest"});
  }
  if (attachment.ipv4 == Ipv4Method::kNone) {
    diagnostics.push_back({Severity::kNote, attachment.network, "ipv4",
                           "cloudbase-init can't turn DHCP off: without an IPv4 address the guest "
                           "goes on asking for one here",
                           "set it inside the guest where it matters"});
  }
}

// A dead network shall not hold the boot, but something must be up before it goes on: the NIC of
// the default route, or the first one where there is none.
bool is_optional(const NetworkPlan& plan, const std::string& network) {
  const std::string& needed = !plan.default_route.empty() ? plan.default_route
                              : plan.order.empty()        ? network
                                                          : plan.order.front();
  return network != needed;
}

GuestNic guest_nic(const NetworkPlan& plan, const Attachment& attachment, const std::string& id,
                   Format format, Diagnostics& diagnostics) {
  GuestNic nic;
  nic.id = id;
  nic.mac = attachment.mac;
  nic.set_name = !attachment.guest_name.empty();
  nic.dhcp4 = attachment.ipv4 == Ipv4Method::kDhcp;
  nic.dhcp6 = attachment.ipv6 == Ipv6Method::kDhcp;
  if (plan.guest == Guest::kWindows) {
    nic.addresses = first_of_each_family(attachment, diagnostics);
    nic.dns_servers = servers_beside(nic.addresses, attachment, diagnostics);
    tell_lost_on_windows(attachment, diagnostics);
  } else {
    // Said in either case, for without it each renderer does something else: a guest whose plan
    // says "none" or "static" shall not find itself with addresses nobody planned.
    nic.accept_ra = learns_routes(attachment, Family::kIpv6);
    nic.optional = is_optional(plan, attachment.network);
    nic.dhcp_metric = attachment.dhcp_metric;
    nic.dns_servers = attachment.dns.servers;
    nic.dns_search = attachment.dns.search;
    for (const PlannedAddress& planned : attachment.addresses) {
      nic.addresses.push_back(planned.prefix);
    }
    tell_weak_metric(plan, attachment, format, diagnostics);
    tell_dns_without_address(nic, attachment.network, format, diagnostics);
  }
  GuestRoutes routes = guest_routes(plan, attachment, format, diagnostics);
  nic.routes = std::move(routes.routes);
  nic.rules = std::move(routes.rules);
  nic.mtu = attachment.mtu;
  tell_lost_dns_options(attachment, diagnostics);
  return nic;
}

}  // namespace

Format format_for(CloudInitData::DataSource source, Guest guest) {
  if (source == CloudInitData::DataSource::kConfigDrive) return Format::kNetworkData;
  return guest == Guest::kWindows ? Format::kV1 : Format::kV2;
}

bool has_family(const GuestNic& nic, Family family) {
  return std::any_of(nic.addresses.begin(), nic.addresses.end(),
                     [&](const IpPrefix& prefix) { return prefix.family() == family; });
}

std::vector<GuestSubnet> subnets_of(const GuestNic& nic) {
  using Kind = GuestSubnet::Kind;
  std::vector<GuestSubnet> subnets;
  const auto add = [&](Kind kind, Family family, std::optional<IpPrefix> address = {}) {
    subnets.push_back({kind, family, address, {}, {}, {}});
  };
  if (nic.dhcp4.value_or(false)) add(Kind::kDhcp4, Family::kIpv4);
  if (nic.dhcp6.value_or(false)) {
    add(Kind::kDhcp6, Family::kIpv6);
  } else if (nic.accept_ra.value_or(false)) {
    add(Kind::kAdvertised, Family::kIpv6);
  }
  for (const IpPrefix& address : nic.addresses) add(Kind::kStatic, address.family(), address);
  if (subnets.empty()) return subnets;

  const auto first_of = [&](Family family) {
    return std::find_if(subnets.begin(), subnets.end(),
                        [&](const GuestSubnet& subnet) { return subnet.family == family; });
  };
  for (const GuestRoute& route : nic.routes) {
    const auto subnet = first_of(route.to.family());
    if (subnet != subnets.end()) subnet->routes.push_back(route);
  }
  for (const IpAddress& server : nic.dns_servers) {
    const auto subnet = first_of(server.family());
    (subnet != subnets.end() ? *subnet : subnets.front()).dns_servers.push_back(server);
  }
  subnets.front().dns_search = nic.dns_search;
  return subnets;
}

std::vector<GuestNic> guest_nics(const NetworkPlan& plan, Format format, Diagnostics& diagnostics) {
  const GuestIds ids = guest_ids(plan);
  std::vector<GuestNic> nics;
  for (size_t i = 0; i < plan.attachments.size(); ++i) {
    nics.push_back(guest_nic(plan, plan.attachments[i], ids.attachments[i], format, diagnostics));
  }
  // Windows asks DHCP on every NIC that it is told nothing of; the name it would get from us is not
  // wanted.
  if (plan.guest == Guest::kWindows) return nics;
  for (size_t i = 0; i < plan.others.size(); ++i) {
    if (plan.others[i].mac.is_zero()) {
      diagnostics.push_back(unknown_mac(plan.others[i]));
      continue;
    }
    GuestNic nic;
    nic.id = ids.others[i];
    nic.mac = plan.others[i].mac;
    nic.optional = is_optional(plan, plan.others[i].network);
    nic.dhcp4 = true;
    nic.dhcp_metric = plan.others[i].dhcp_metric;
    tell_order_of_devices(plan, plan.others[i], diagnostics);
    nics.push_back(std::move(nic));
  }
  return nics;
}

}  // namespace patchbay::cloudinit
