#include "cli/vm_routes.h"

#include <algorithm>
#include <vector>

#include "plan/host_address.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

const Route* default_route(const NicPlan& nic, Family family) {
  if (!nic.wishes) return nullptr;
  for (const Route& route : nic.wishes->routes) {
    if (route.to.is_default() && route.to.family() == family) return &route;
  }
  return nullptr;
}

std::vector<NicPlan*> with_default_route(VmPlan& vm, Family family) {
  std::vector<NicPlan*> found;
  for (NicPlan& nic : vm.nics) {
    if (default_route(nic, family)) found.push_back(&nic);
  }
  return found;
}

NicPlan* first_static(VmPlan& vm) {
  for (NicPlan& nic : vm.nics) {
    if (nic.wishes && !nic.wishes->addresses.empty()) return &nic;
  }
  return nullptr;
}

template <typename T>
void add(std::vector<T>& to, const T& value) {
  if (std::find(to.begin(), to.end(), value) == to.end()) to.push_back(value);
}

template <typename T>
bool holds(const std::vector<T>& all, const T& value) {
  return std::find(all.begin(), all.end(), value) != all.end();
}

// What of it no NIC has.
Dns missing(const GuestDns& dns, const VmPlan& vm) {
  Dns found;
  const auto known = [&](const auto& value, auto Dns::*list) {
    return std::any_of(vm.nics.begin(), vm.nics.end(), [&](const NicPlan& nic) {
      return nic.wishes && nic.wishes->dns && holds((*nic.wishes->dns).*list, value);
    });
  };
  for (const IpAddress& server : dns.servers) {
    if (!server.is_loopback() && !known(server, &Dns::servers)) add(found.servers, server);
  }
  for (const std::string& domain : dns.search) {
    if (is_domain(domain) && !known(domain, &Dns::search)) add(found.search, domain);
  }
  return found;
}

}  // namespace

void choose_default_route(VmPlan& vm, const Place& place) {
  const bool pod = std::any_of(vm.nics.begin(), vm.nics.end(), [](const NicPlan& nic) {
    return nic.target.kind == Target::Kind::kPod;
  });
  NicPlan* preferred = nullptr;
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const std::vector<NicPlan*> nics = with_default_route(vm, family);
    if (nics.empty()) continue;
    if (!preferred && (pod || nics.size() > 1)) preferred = nics.front();
    if (nics.size() < 2) continue;
    const NicPlan* kept = holds(nics, preferred) ? preferred : nics.front();
    for (const NicPlan* nic : nics) {
      if (nic == kept) continue;
      place.warn("its NIC " + std::to_string(nic->index) + " has a second " +
                     std::string(name(family)) + " default route, via " +
                     default_route(*nic, family)->via->to_string() + "; NIC " +
                     std::to_string(kept->index) + "'s is kept",
                 "set `defaultRoute` in the annotation that is written, where the other is meant");
    }
  }
  if (preferred) preferred->wishes->default_route = true;
}

void add_global_dns(const GuestDns& dns, VmPlan& vm, const Place& place) {
  const Dns more = missing(dns, vm);
  if (more.empty()) return;
  std::vector<NicPlan*> nics = with_default_route(vm, Family::kIpv4);
  if (nics.empty()) nics = with_default_route(vm, Family::kIpv6);
  NicPlan* nic = nics.empty() ? first_static(vm) : nics.front();
  if (!nic) {
    std::vector<std::string> servers;
    for (const IpAddress& server : more.servers) servers.push_back(server.to_string());
    return place.warn(
        "its guest has name servers that belong to no NIC with a static address, and "
        "is not told them: " +
            join(servers),
        "");
  }
  if (!nic->wishes->dns) nic->wishes->dns.emplace();
  for (const IpAddress& server : more.servers) add(nic->wishes->dns->servers, server);
  for (const std::string& domain : more.search) add(nic->wishes->dns->search, domain);
}

}  // namespace patchbay::cli
