#include "plan/default_route_check.h"

#include <algorithm>
#include <map>

#include "plan/kept_default.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr uint32_t kMetric4 = 0;
constexpr uint32_t kMetric6 = 1024;
constexpr char kWrongOne[] =
    "ip route and what sets the metrics there; which network shall win: \"defaultRoute\" in "
    "patchbay.io/networks";

std::string network_of(const NetworkPlan& plan, const SeenNic& nic) {
  for (const Attachment& each : plan.attachments) {
    if (each.mac == nic.mac) return each.network;
  }
  for (const OtherNic& each : plan.others) {
    if (each.mac == nic.mac) return each.network;
  }
  return nic.name;
}

// The best metric that each network has for its default routes.
std::map<std::string, uint32_t> metrics(const NetworkPlan& plan, const GuestState& guest,
                                        Family family) {
  std::map<std::string, uint32_t> best;
  for (const SeenNic& nic : guest.nics) {
    for (const SeenRoute& route : nic.routes.value_or(std::vector<SeenRoute>{})) {
      if (!route.to.is_default() || route.to.family() != family) continue;
      const uint32_t metric = route.metric.value_or(family == Family::kIpv4 ? kMetric4 : kMetric6);
      const auto [entry, is_new] = best.emplace(network_of(plan, nic), metric);
      if (!is_new) entry->second = std::min(entry->second, metric);
    }
  }
  return best;
}

std::string preferred(const NetworkPlan& plan, const std::map<std::string, uint32_t>& metrics,
                      Family family) {
  if (metrics.contains(plan.default_route)) return plan.default_route;
  const Route* kept = kept_default(plan, family);
  for (const Attachment& each : plan.attachments) {
    const bool has_it = std::any_of(each.routes.begin(), each.routes.end(),
                                    [kept](const Route& route) { return &route == kept; });
    if (has_it && metrics.contains(each.network)) return each.network;
  }
  return {};
}

}  // namespace

std::vector<Check> check_default_routes(const NetworkPlan& plan, const GuestState& guest) {
  std::vector<Check> checks;
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const std::map<std::string, uint32_t> found = metrics(plan, guest, family);
    const std::string wanted = preferred(plan, found, family);
    if (found.size() < 2 || wanted.empty()) continue;
    std::vector<std::pair<uint32_t, std::string>> order;
    for (const auto& [network, metric] : found) order.emplace_back(metric, network);
    std::sort(order.begin(), order.end());
    std::vector<std::string> texts;
    for (const auto& [metric, network] : order) {
      texts.push_back(network + " (metric " + std::to_string(metric) + ")");
    }
    const bool wins = order[0].second == wanted && order[0].first != order[1].first;
    checks.push_back({std::string(name(family)) + " default route", "by " + wanted,
                      join(texts, " before "), wins ? "" : kWrongOne});
  }
  return checks;
}

}  // namespace patchbay
