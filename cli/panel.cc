#include "cli/panel.h"

#include <algorithm>

#include "binding/view_kernel.h"
#include "plan/error.h"
#include "plan/network_plan.h"
#include "plan/pod_state.h"

namespace patchbay::cli {
namespace {

std::optional<SeenLink> seen(const NamespaceView& view, const IfName& name) {
  const SeenLink* link = name.empty() ? nullptr : find_link(view, name);
  return link == nullptr ? std::nullopt : std::optional(*link);
}

bool is_up(const std::optional<SeenLink>& link) { return link && link->state.up; }

// A chain may call us for any interface: then its name is found by the record's.
LinkNames names_of_record(const NamespaceView& pod, const IfName& record) {
  for (const SeenLink& link : pod.links) {
    const LinkNames names = link_names_beside(link.state.name);
    if (names.record == record && !is_record_name(link.state.name.str())) return names;
  }
  return link_names_beside(hashed_pod_name(record));
}

std::vector<LinkNames> rows(const NamespaceView& pod) {
  std::vector<LinkNames> all;
  const auto add = [&all](const LinkNames& names) {
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&names](const LinkNames& one) { return one.pod == names.pod; });
    if (!known) all.push_back(names);
  };
  for (const SeenLink& link : pod.links) {
    const IfName& name = link.state.name;
    if (is_record_name(name.str())) add(names_of_record(pod, name));
    if (is_hashed_pod_name(name.str())) add(link_names_beside(name));
    if (name.str() == kPodNetworkLink) {
      LinkNames names = link_names_beside(name);
      names.tap = IfName::parse(kPodNetworkTap);
      names.bridge = IfName::parse("k6t-" + name.str());
      if (find_link(pod, names.tap) != nullptr) add(names);
    }
  }
  return all;
}

// Its own name tells the network's: the hash is of it.
std::string network_of(const LinkNames& names, const std::vector<std::string>& networks) {
  for (const std::string& network : networks) {
    if (link_names(network).pod == names.pod) return network;
  }
  return {};
}

std::vector<PodLink> record_links(const NamespaceView& pod, const IfName& record) {
  std::vector<PodLink> links;
  while (links.size() < kMaxRecordLinks) {
    const SeenLink* link = find_link(pod, record_link_name(record, links.size()));
    if (link == nullptr) break;
    const LinkState& state = link->state;
    links.push_back({.name = state.name, .kind = state.kind, .up = state.up, .alias = state.alias});
  }
  return links;
}

void read_parked(const NamespaceView& pod, PanelNic& nic) {
  const auto links = record_links(pod, nic.names.record);
  for (const PodLink& link : links) nic.parked_in.push_back(link.name);
  if (links.empty()) return;
  try {
    nic.parked = find_record(PodState{links}, nic.names.record);
  } catch (const Error& error) {
    nic.drift.push_back(
        {std::string("expected a record, found one that can't be read: ") + error.what(),
         kMakeAnew});
    return;
  }
  ViewKernel kernel(pod);
  nic.drift = drift_from(*nic.parked, links, nic.network, nic.names, kernel);
}

Join join_of_record(const Record& record) {
  switch (backend_named(record.backend).value_or(Backend::kRedirect)) {
    case Backend::kRedirect:
      return Join::kRedirect;
    case Backend::kBridge:
      return Join::kBridge;
    case Backend::kTap:
      return Join::kTap;
    case Backend::kMacvtap:
      return Join::kMacvtap;
    case Backend::kCore:
      return Join::kDevice;
  }
  return Join::kNothing;
}

bool same_master(const PanelNic& nic) {
  return nic.tap && nic.nic && !nic.tap->state.master.empty() &&
         nic.tap->state.master == nic.nic->state.master;
}

// What there is, where no record says what it should be.
Join join_as_seen(const PanelNic& nic) {
  if (nic.nic && nic.nic->state.kind == kTapKind) return Join::kTap;
  if (nic.nic && nic.nic->state.kind == kMacvtapKind) return Join::kMacvtap;
  if (redirect_between(nic.nic, nic.tap) || redirect_between(nic.tap, nic.nic)) {
    return Join::kRedirect;
  }
  if (same_master(nic)) return Join::kBridge;
  const bool pod_network = nic.names.pod.str() == kPodNetworkLink;
  return pod_network && nic.bridge ? Join::kNat : Join::kNothing;
}

bool is_whole(const PanelNic& nic) {
  switch (nic.join) {
    case Join::kRedirect:
      return is_up(nic.tap) && is_up(nic.nic) && redirect_between(nic.tap, nic.nic) &&
             redirect_between(nic.nic, nic.tap);
    case Join::kBridge:
      return is_up(nic.tap) && is_up(nic.nic) && is_up(nic.bridge) && same_master(nic);
    case Join::kNat:
      return is_up(nic.tap) && is_up(nic.nic) && is_up(nic.bridge);
    case Join::kTap:
    case Join::kMacvtap:
      return is_up(nic.nic);
    case Join::kDevice:
      return true;
    case Join::kNothing:
      return false;
  }
  return false;
}

FarEnd hidden(const char* why) { return {.kind = FarEnd::Kind::kHidden, .hidden = why}; }

// What lies at the other end of `nic`, in `there`.
FarEnd linked(const SeenLink& nic, const NamespaceView& there) {
  const SeenLink* link = find_link(there, nic.far_index);
  if (link == nullptr) return hidden("gone meanwhile");
  FarEnd far{.kind = nic.state.kind == "veth" ? FarEnd::Kind::kPort : FarEnd::Kind::kParent,
             .link = *link,
             .vlan = nic.vlan};
  if (far.kind == FarEnd::Kind::kPort) far.bridge = seen(there, link->state.master);
  return far;
}

// A card knows its functions by MAC; the same MAC on two cards tells nothing.
FarEnd function_of(const Mac& mac, const NamespaceView& node) {
  FarEnd far;
  for (const SeenLink& card : node.links) {
    for (const SeenFunction& function : card.functions) {
      if (mac.is_zero() || function.mac != mac) continue;
      if (far.link) return {};
      far = {.kind = FarEnd::Kind::kFunction, .link = card, .function = function.number};
      if (function.vlan != 0) far.vlan = function.vlan;
    }
  }
  return far;
}

FarEnd far_end(const PanelNic& row, const PanelSources& sources) {
  const bool device = row.nic ? row.nic->state.kind.empty() : row.join == Join::kDevice;
  if (device) {
    if (!sources.node) return hidden("not visible from here");
    return function_of(row.nic ? row.nic->state.mac : row.mac, *sources.node);
  }
  if (row.nic && row.join == Join::kTap && !row.nic->state.master.empty()) {
    return {.kind = FarEnd::Kind::kParent,
            .link = seen(sources.pod, row.nic->state.master),
            .in_pod = true};
  }
  if (!row.nic || row.nic->far_index == 0) return {};
  if (!row.nic->far_namespace) {
    FarEnd far = linked(*row.nic, sources.pod);
    far.in_pod = true;
    return far;
  }
  if (!sources.node) return hidden("not visible from here");
  if (row.nic->far_namespace != sources.node_number)
    return hidden("in neither the pod nor the node");
  return linked(*row.nic, *sources.node);
}

PanelNic make_row(const LinkNames& names, const PanelSources& sources) {
  PanelNic row{.network = network_of(names, sources.networks), .names = names};
  row.tap = seen(sources.pod, names.tap);
  if (const auto control = seen(sources.pod, names.control)) row.port = control->port;
  row.bridge = seen(sources.pod, names.bridge);
  row.nic = seen(sources.pod, names.pod);
  read_parked(sources.pod, row);
  row.join = row.parked ? join_of_record(*row.parked) : join_as_seen(row);
  if (row.parked) row.mac = row.parked->mac;
  row.whole = is_whole(row);
  for (const Holder& holder : sources.holders) {
    const bool opened =
        holder.tap == names.tap || (row.join == Join::kTap && holder.tap == names.pod);
    if (opened) row.holders.push_back(holder);
  }
  row.far = far_end(row, sources);
  return row;
}

}  // namespace

const SeenFilter* redirect_between(const std::optional<SeenLink>& from,
                                   const std::optional<SeenLink>& to) {
  if (!from || !to || !from->ingress) return nullptr;
  for (const SeenFilter& each : from->ingress->filters) {
    const auto* redirect = std::get_if<RedirectAll>(&each.filter);
    if (redirect != nullptr && redirect->to == to->state.name) return &each;
  }
  return nullptr;
}

Panel make_panel(const PanelSources& sources) {
  Panel panel{.id = sources.pod.id};
  for (const LinkNames& names : rows(sources.pod)) {
    panel.nics.push_back(make_row(names, sources));
  }
  return panel;
}

size_t drift_count(const Panel& panel) {
  size_t count = 0;
  for (const PanelNic& nic : panel.nics) count += nic.drift.size();
  return count;
}

}  // namespace patchbay::cli
