#include "plan/default_route.h"

#include <algorithm>

#include "plan/text.h"

namespace patchbay {
namespace {

using Wishes = std::map<std::string, NetworkWishes>;

std::optional<bool> wanted(const Wishes& wishes, const std::string& network) {
  const auto entry = wishes.find(network);
  return entry == wishes.end() ? std::nullopt : entry->second.default_route;
}

bool has_default_route(const Attachment& attachment) {
  return std::any_of(attachment.routes.begin(), attachment.routes.end(),
                     [](const Route& route) { return route.to.is_default(); });
}

bool may_learn_one(const Attachment& attachment) {
  return learns_routes(attachment, Family::kIpv4) || learns_routes(attachment, Family::kIpv6);
}

uint32_t secondary_metric(const NetworkPlan& plan, const std::string& network) {
  const auto place = std::find(plan.order.begin(), plan.order.end(), network);
  return kSecondaryMetric + static_cast<uint32_t>(place - plan.order.begin());
}

std::string preferred(const Vmi& vmi, const Wishes& wishes, NetworkPlan& plan) {
  std::vector<std::string> asked;
  for (const Attachment& attachment : plan.attachments) {
    if (wanted(wishes, attachment.network).value_or(false)) asked.push_back(attachment.network);
  }
  if (asked.size() > 1) {
    plan.diagnostics.push_back(
        {Severity::kError, asked[1], "annotation " + std::string(kNetworksAnnotation),
         "expected one network with defaultRoute: true, found " + join(asked),
         "leave it at one of them"});
  }
  if (!asked.empty()) return asked.front();

  const auto eligible = [&](const std::string& network) {
    return wanted(wishes, network).value_or(true);
  };
  for (const VmiNetwork& network : vmi.networks) {
    if (network.pod && eligible(network.name)) return network.name;
  }
  for (const auto has_one : {has_default_route, may_learn_one}) {
    for (const Attachment& attachment : plan.attachments) {
      if (has_one(attachment) && eligible(attachment.network)) return attachment.network;
    }
  }
  return {};
}

}  // namespace

void choose_default_route(const Vmi& vmi, const Wishes& wishes, NetworkPlan& plan) {
  plan.default_route = preferred(vmi, wishes, plan);
  for (Attachment& attachment : plan.attachments) {
    const bool is_preferred = attachment.network == plan.default_route;
    const uint32_t secondary = secondary_metric(plan, attachment.network);
    for (Route& route : attachment.routes) {
      if (route.to.is_default() && !route.metric && !is_preferred) route.metric = secondary;
    }
    if (!may_learn_one(attachment)) continue;
    if (!is_preferred) attachment.dhcp_metric = secondary;
    if (is_preferred && wanted(wishes, attachment.network).value_or(false)) {
      attachment.dhcp_metric = kPreferredDhcpMetric;
    }
  }
  // Without one of their own, ifupdown's routes collide and the NIC of the second stays half done.
  for (OtherNic& other : plan.others) {
    if (plan.default_route.empty() || other.network == plan.default_route) continue;
    other.dhcp_metric = secondary_metric(plan, other.network);
  }
}

}  // namespace patchbay
