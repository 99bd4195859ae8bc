// A VM in its pod, for the tests of make_plan.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/make_plan.h"
#include "plan/names.h"

namespace patchbay {

inline constexpr std::string_view kBlueMac = "02:00:00:00:00:0b";

inline PodLink link(const std::string& name, const std::string& kind, std::string_view mac) {
  PodLink made;
  made.name = IfName::parse(name);
  made.kind = kind;
  made.mac = Mac::parse(mac);
  made.mtu = 1450;
  made.up = true;
  return made;
}

inline Route route(const std::string& to, const std::string& via) {
  return {IpPrefix::parse(to), IpAddress::parse(via), {}, {}, {}, {}, {}};
}

// A VM with a masquerade NIC and NICs on Multus networks of the given names, all bound to us; its
// pod as patchbay-cni leaves it.
struct Scene {
  PlanInput input;

  explicit Scene(const std::vector<std::string>& networks = {"blue"}) {
    input.vmi.name = "vm1";
    input.vmi.namespace_ = "ns1";
    input.vmi.architecture = "amd64";
    add_interface("default", "masquerade", "");
    input.vmi.networks.push_back({"default", true, ""});
    input.pod.links.push_back(link("eth0", "veth", "02:00:00:0a:0b:0c"));
    char last_digit = kBlueMac.back();
    for (const std::string& network : networks) {
      add_interface(network, "binding", "patchbay");
      input.vmi.networks.push_back({network, false, "ns1/" + network + "-nad"});
      const LinkNames names = link_names(network);
      input.pod.links.push_back(
          link(names.pod.str(), "veth",
               std::string(kBlueMac.substr(0, kBlueMac.size() - 1)) + last_digit++));
      input.pod.links.push_back(link(names.tap.str(), "tun", "02:00:00:00:00:ff"));
    }
  }

  void add_interface(const std::string& name, const std::string& binding,
                     const std::string& plugin) {
    VmiInterface interface;
    interface.name = name;
    interface.binding = binding;
    interface.plugin = plugin;
    input.vmi.interfaces.push_back(interface);
  }

  VmiInterface& interface(const std::string& name) {
    for (VmiInterface& each : input.vmi.interfaces) {
      if (each.name == name) return each;
    }
    throw std::logic_error("no interface " + name);
  }

  PodLink& pod_link(const std::string& network) {
    for (PodLink& each : input.pod.links) {
      if (each.name == link_names(network).pod) return each;
    }
    throw std::logic_error("no link for " + network);
  }

  void remove_link(const IfName& name) {
    std::erase_if(input.pod.links, [&](const PodLink& each) { return each.name == name; });
  }

  void park(const std::string& network, std::vector<IpPrefix> ips, std::vector<Route> routes = {},
            Dns dns = {}, const std::string& ipam = "static") {
    Record record;
    record.mac = pod_link(network).mac;
    record.mtu = 1450;
    record.ips = std::move(ips);
    record.routes = std::move(routes);
    record.dns = std::move(dns);
    record.ipam = record.ips.empty() ? "" : ipam;
    record.backend = "redirect";
    record.why = "veth";
    PodLink parked;
    parked.name = link_names(network).record;
    parked.kind = "dummy";
    parked.alias = to_json(record);
    input.pod.links.push_back(parked);
  }

  NetworkPlan plan() const { return make_plan(input); }
};

}  // namespace patchbay
