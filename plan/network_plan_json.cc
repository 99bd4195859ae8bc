// The plan's canonical JSON: one writer and one strict reader for each value, in the same order.

#include "plan/ip_config_json.h"
#include "plan/network_plan.h"
#include "plan/rendering.h"
#include "plan/wiring_json.h"

namespace patchbay {
namespace {

constexpr std::array kSeverities{Severity::kNote, Severity::kWarning, Severity::kError};
constexpr std::array kMacSources{MacSource::kSpec,         MacSource::kStatus,
                                 MacSource::kNetworkInfo,  MacSource::kRecord,
                                 MacSource::kPodInterface, MacSource::kNetworkStatus};
constexpr std::array kSources{Source::kAnnotation, Source::kRecord, Source::kPodInterface,
                              Source::kNetworkStatus};
constexpr std::array kIpv4Methods{Ipv4Method::kNone, Ipv4Method::kDhcp, Ipv4Method::kStatic};
constexpr std::array kIpv6Methods{Ipv6Method::kNone, Ipv6Method::kAuto, Ipv6Method::kDhcp,
                                  Ipv6Method::kStatic};

template <typename Enum, size_t N>
Enum read_enum(const JsonReader& reader, const std::array<Enum, N>& values) {
  for (const Enum value : values) {
    if (reader.string() == name(value)) return value;
  }
  reader.refuse("a name that the plan's schema knows");
}

Json write_domain(const DomainWishes& domain) {
  Json json = Json::object();
  if (!domain.model.empty()) json["model"] = domain.model;
  if (domain.boot_order) json["bootOrder"] = *domain.boot_order;
  if (domain.acpi_index) json["acpiIndex"] = *domain.acpi_index;
  if (domain.pci_address) json["pciAddress"] = domain.pci_address->to_string();
  if (domain.link_down) json["linkDown"] = true;
  if (domain.queues) json["queues"] = *domain.queues;
  if (domain.iommu) json["iommu"] = true;
  if (domain.rom_off) json["romOff"] = true;
  return json;
}

DomainWishes read_domain(const JsonReader& reader) {
  reader.only(
      {"model", "bootOrder", "acpiIndex", "pciAddress", "linkDown", "queues", "iommu", "romOff"});
  DomainWishes domain;
  domain.model = reader.string_or_empty("model");
  domain.boot_order = reader.find_u32("bootOrder");
  domain.acpi_index = reader.find_u32("acpiIndex");
  domain.pci_address = reader.find_checked<PciAddress>("pciAddress");
  domain.link_down = reader.true_at("linkDown");
  domain.queues = reader.find_u32("queues");
  domain.iommu = reader.true_at("iommu");
  domain.rom_off = reader.true_at("romOff");
  return domain;
}

Json write_address(const PlannedAddress& address) {
  Json json = Json::object();
  json["address"] = address.prefix.to_string();
  json["source"] = name(address.source);
  return json;
}

PlannedAddress read_address(const JsonReader& reader) {
  reader.only({"address", "source"});
  return {reader.at("address").checked<IpPrefix>(), read_enum(reader.at("source"), kSources)};
}

Json write_addresses(const std::vector<PlannedAddress>& addresses) {
  Json json = Json::array();
  for (const PlannedAddress& each : addresses) json.push_back(write_address(each));
  return json;
}

std::vector<PlannedAddress> read_addresses(const JsonReader& array) {
  std::vector<PlannedAddress> addresses;
  for (const JsonReader& each : array.elements()) addresses.push_back(read_address(each));
  return addresses;
}

Json write_lease(const Lease& lease) {
  Json json = Json::object();
  json["addresses"] = write_addresses(lease.addresses);
  json["routes"] = write_routes(lease.routes, kRouteKeys);
  if (!lease.dns.empty()) json["dns"] = write_dns(lease.dns);
  return json;
}

Lease read_lease(const JsonReader& reader) {
  reader.only({"addresses", "routes", "dns"});
  Lease lease;
  lease.addresses = read_addresses(reader.at("addresses"));
  lease.routes = read_routes(reader.at("routes"), kRouteKeys);
  if (const auto dns = reader.find("dns")) lease.dns = read_dns(*dns);
  return lease;
}

Json write_attachment(const Attachment& attachment) {
  Json json = Json::object();
  json["network"] = attachment.network;
  if (!attachment.nad.empty()) json["nad"] = attachment.nad;
  json["binding"] = attachment.binding;
  json["ours"] = attachment.ours;
  if (!attachment.pod_interface.empty()) json["podInterface"] = attachment.pod_interface.str();
  if (!attachment.tap.empty()) json["tap"] = attachment.tap.str();
  json["backend"] = name(attachment.backend);
  if (!attachment.backend_reason.empty()) json["backendReason"] = attachment.backend_reason;
  json["mac"] = attachment.mac.to_string();
  json["macSource"] = name(attachment.mac_source);
  if (attachment.mtu != 0) json["mtu"] = attachment.mtu;
  json["ipv4"] = name(attachment.ipv4);
  json["ipv6"] = name(attachment.ipv6);
  json["addresses"] = write_addresses(attachment.addresses);
  json["routes"] = write_routes(attachment.routes, kRouteKeys);
  if (attachment.dhcp_metric) json["dhcpMetric"] = *attachment.dhcp_metric;
  if (!attachment.dns.empty()) json["dns"] = write_dns(attachment.dns);
  if (attachment.lease) json["lease"] = write_lease(*attachment.lease);
  if (!attachment.guest_name.empty()) json["guestName"] = attachment.guest_name;
  if (attachment.never_default) json["neverDefault"] = true;
  if (attachment.source_routing) json["sourceRouting"] = true;
  if (!attachment.ipam.empty()) json["ipam"] = attachment.ipam;
  write_wiring(attachment.wiring, json);
  json["domain"] = write_domain(attachment.domain);
  return json;
}

IfName read_if_name(const JsonReader& reader, std::string_view key) {
  return reader.find_checked<IfName>(key).value_or(IfName());
}

Attachment read_attachment(const JsonReader& reader) {
  std::vector<std::string_view> known{
      "network",      "nad",           "binding", "ours",       "podInterface", "tap",
      "backend",      "backendReason", "mac",     "macSource",  "mtu",          "ipv4",
      "ipv6",         "addresses",     "routes",  "dhcpMetric", "dns",          "guestName",
      "neverDefault", "sourceRouting", "ipam",    "domain",     "lease"};
  known.insert(known.end(), kWiringKeys.begin(), kWiringKeys.end());
  reader.only(known);
  Attachment attachment;
  attachment.network = reader.at("network").string();
  attachment.nad = reader.string_or_empty("nad");
  attachment.binding = reader.at("binding").string();
  attachment.ours = reader.at("ours").boolean();
  attachment.pod_interface = read_if_name(reader, "podInterface");
  attachment.tap = read_if_name(reader, "tap");
  const auto backend = backend_named(reader.at("backend").string());
  if (!backend) reader.at("backend").refuse("a backend's name");
  attachment.backend = *backend;
  attachment.backend_reason = reader.string_or_empty("backendReason");
  attachment.mac = reader.at("mac").checked<Mac>();
  attachment.mac_source = read_enum(reader.at("macSource"), kMacSources);
  if (const auto mtu = reader.find("mtu")) {
    attachment.mtu = static_cast<uint32_t>(mtu->number(kMinMtu, kMaxMtu));
  }
  attachment.ipv4 = read_enum(reader.at("ipv4"), kIpv4Methods);
  attachment.ipv6 = read_enum(reader.at("ipv6"), kIpv6Methods);
  attachment.addresses = read_addresses(reader.at("addresses"));
  attachment.routes = read_routes(reader.at("routes"), kRouteKeys);
  attachment.dhcp_metric = reader.find_u32("dhcpMetric");
  if (const auto dns = reader.find("dns")) attachment.dns = read_dns(*dns);
  if (const auto lease = reader.find("lease")) attachment.lease = read_lease(*lease);
  attachment.guest_name = reader.string_or_empty("guestName");
  attachment.never_default = reader.true_at("neverDefault");
  attachment.source_routing = reader.true_at("sourceRouting");
  attachment.ipam = reader.string_or_empty("ipam");
  attachment.wiring = read_wiring(reader);
  attachment.domain = read_domain(reader.at("domain"));
  return attachment;
}

Json write_other(const OtherNic& other) {
  Json json = Json::object();
  json["network"] = other.network;
  json["binding"] = other.binding;
  if (!other.mac.is_zero()) json["mac"] = other.mac.to_string();
  if (other.dhcp_metric) json["dhcpMetric"] = *other.dhcp_metric;
  return json;
}

OtherNic read_other(const JsonReader& reader) {
  reader.only({"network", "binding", "mac", "dhcpMetric"});
  return {reader.at("network").string(), reader.at("binding").string(),
          reader.find_checked<Mac>("mac").value_or(Mac()), reader.find_u32("dhcpMetric")};
}

Json write_diagnostic(const Diagnostic& diagnostic) {
  Json json = Json::object();
  json["severity"] = name(diagnostic.severity);
  if (!diagnostic.network.empty()) json["network"] = diagnostic.network;
  if (!diagnostic.where.empty()) json["where"] = diagnostic.where;
  json["message"] = diagnostic.message;
  if (!diagnostic.hint.empty()) json["hint"] = diagnostic.hint;
  return json;
}

Diagnostic read_diagnostic(const JsonReader& reader) {
  reader.only({"severity", "network", "where", "message", "hint"});
  return {read_enum(reader.at("severity"), kSeverities), reader.string_or_empty("network"),
          reader.string_or_empty("where"), reader.at("message").string(),
          reader.string_or_empty("hint")};
}

template <typename Item, typename Write>
Json write_all(const std::vector<Item>& items, Write write) {
  Json json = Json::array();
  for (const Item& item : items) json.push_back(write(item));
  return json;
}

Json write_plan(const NetworkPlan& plan) {
  Json json = Json::object();
  json["schema"] = plan.schema;
  json["vmi"] = plan.vmi;
  json["guest"] = name(plan.guest);
  if (plan.first_boot_only) json["firstBootOnly"] = true;
  json["order"] = plan.order;
  json["attachments"] = write_all(plan.attachments, write_attachment);
  json["others"] = write_all(plan.others, write_other);
  json["defaultRoute"] = plan.default_route;
  json["diagnostics"] = write_all(plan.diagnostics, write_diagnostic);
  return json;
}

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const NetworkPlan& plan) { return dump(write_plan(plan)); }

std::string to_json(const Rendering& rendering) {
  Json json = Json::object();
  json["plan"] = write_plan(rendering.plan);
  json["steps"] = Json::object();
  for (const auto& [network, lines] : rendering.steps) json["steps"][network] = lines;
  json["interfaces"] = Json::object();
  for (const auto& [network, xml] : rendering.interfaces) json["interfaces"][network] = xml;
  json["networkData"] = rendering.network_data;
  for (const OnCluster& each : rendering.on_cluster) {
    json["onCluster"][each.network].push_back(each.text);
  }
  json["diagnostics"] = write_all(
      rendering.diagnostics, [](const Diagnostic& diagnostic) { return to_string(diagnostic); });
  return dump(json);
}

NetworkPlan parse_network_plan(std::string_view text) {
  const Json parsed = parse_json(text, "plan");
  const JsonReader reader(parsed, "plan");
  reader.only({"schema", "vmi", "guest", "firstBootOnly", "order", "attachments", "others",
               "defaultRoute", "diagnostics"});
  NetworkPlan plan;
  plan.schema = static_cast<int>(reader.at("schema").number(kPlanSchema, kPlanSchema));
  plan.vmi = reader.at("vmi").string();
  const auto guest = guest_named(reader.at("guest").string());
  if (!guest) reader.at("guest").refuse("a guest's name");
  plan.guest = *guest;
  plan.first_boot_only = reader.true_at("firstBootOnly");
  for (const JsonReader& each : reader.at("order").elements()) plan.order.push_back(each.string());
  for (const JsonReader& each : reader.at("attachments").elements()) {
    plan.attachments.push_back(read_attachment(each));
  }
  for (const JsonReader& each : reader.at("others").elements()) {
    plan.others.push_back(read_other(each));
  }
  plan.default_route = reader.at("defaultRoute").string();
  for (const JsonReader& each : reader.at("diagnostics").elements()) {
    plan.diagnostics.push_back(read_diagnostic(each));
  }
  return plan;
}

}  // namespace patchbay
