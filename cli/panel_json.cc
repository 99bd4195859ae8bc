#include "cli/panel_json.h"

#include "cli/panel_words.h"
#include "plan/json_reader.h"

namespace patchbay::cli {
namespace {

Json write(const FrameCount& count) {
  Json json = {{"frames", count.frames}, {"bytes", count.bytes}};
  if (count.dropped != 0) json["dropped"] = count.dropped;
  return json;
}

Json write(const SeenLink& link) {
  const LinkState& state = link.state;
  Json json = {{"name", state.name.str()}, {"kind", kind_of(link)}};
  if (!link.mode.empty()) json["mode"] = link.mode;
  if (!state.mac.is_zero()) json["mac"] = state.mac.to_string();
  json["mtu"] = state.mtu;
  json["up"] = state.up;
  json["carrier"] = link.carrier;
  if (!link.device.empty()) json["device"] = link.device;
  return json;
}

Json write_counted(const SeenLink& link) {
  Json json = write(link);
  json["received"] = write(link.received);
  json["sent"] = write(link.sent);
  return json;
}

Json write_tap(const PanelNic& nic) {
  Json json = write_counted(*nic.tap);
  if (const auto& tun = nic.tap->state.tun) json["multiQueue"] = tun->multi_queue;
  json["open"] = nic.tap->carrier || !nic.holders.empty();
  for (const Holder& holder : nic.holders) {
    json["holders"].push_back({{"pid", holder.pid}, {"program", holder.program}});
  }
  return json;
}

Json write_filter(const SeenFilter& filter) {
  Json json = {{"handle", filter.handle}};
  json.update(write(filter.hits));
  return json;
}

Json write_join(const PanelNic& nic) {
  Json json = {{"by", word(nic.join)}, {"whole", nic.whole}};
  if (const SeenFilter* out = redirect_between(nic.tap, nic.nic)) json["out"] = write_filter(*out);
  if (const SeenFilter* in = redirect_between(nic.nic, nic.tap)) json["in"] = write_filter(*in);
  const bool bridged = nic.join == Join::kBridge || nic.join == Join::kNat;
  if (bridged && nic.bridge) json["bridge"] = write(*nic.bridge);
  return json;
}

Json write_port(const PanelNic& nic) {
  Json json = {{"guard", name(nic.parked ? nic.parked->wiring.guard : Guard::kOff)}};
  json["answers"] = Json::array();
  for (const IpAddress& each : nic.port->answers) json["answers"].push_back(each.to_string());
  json["dropped"] = Json::object();
  for (const auto& [reason, count] : nic.port->dropped) json["dropped"][reason] = count;
  return json;
}

Json write(const PortVlan& vlan) {
  Json json = {{"first", vlan.ids.first}, {"last", vlan.ids.last}};
  if (vlan.pvid) json["pvid"] = true;
  if (vlan.untagged) json["untagged"] = true;
  return json;
}

Json write(const FarEnd& far) {
  Json json = Json::object();
  if (far.kind == FarEnd::Kind::kHidden) json["hidden"] = far.hidden;
  if (far.link) json["link"] = write(*far.link);
  if (far.bridge) json["bridge"] = write(*far.bridge);
  if (far.bridge && far.bridge->vlan_filtering) {
    json["vlans"] = Json::array();
    for (const PortVlan& vlan : far.link->vlans) json["vlans"].push_back(write(vlan));
  }
  if (far.vlan) json["vlan"] = *far.vlan;
  if (far.function) json["function"] = *far.function;
  return json;
}

Json write_nic(const PanelNic& nic) {
  Json json = Json::object();
  if (!nic.network.empty()) json["network"] = nic.network;
  json["podInterface"] = nic.names.pod.str();
  if (!nic.mac.is_zero()) json["mac"] = nic.mac.to_string();
  if (nic.tap) json["tap"] = write_tap(nic);
  json["join"] = write_join(nic);
  if (nic.port) json["port"] = write_port(nic);
  if (nic.nic) json["nic"] = write_counted(*nic.nic);
  json["far"] = write(nic.far);
  if (nic.parked) json["parked"] = parse_json(to_json(*nic.parked), "record");
  for (const IfName& link : nic.parked_in) json["parkedIn"].push_back(link.str());
  json["drift"] = Json::array();
  for (const Drift& drift : nic.drift) {
    json["drift"].push_back({{"message", drift.what}, {"hint", drift.cure}});
  }
  return json;
}

}  // namespace

std::string panel_json(const PodState& pod, const Panel& panel) {
  Json json = parse_json(to_json(pod), "pod state");
  json["panel"] = {{"namespace", panel.id}, {"nics", Json::array()}};
  for (const PanelNic& nic : panel.nics) json["panel"]["nics"].push_back(write_nic(nic));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace patchbay::cli
