// The annotation k8s.v1.cni.cncf.io/network-status, in which Multus tells what each plugin gave the
// pod (Network Plumbing Working Group, multi-net spec v1.3, "Network Attachment Selection Status"):
// IPs without their prefix length, and of the routes the gateway of default ones alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/ip_config.h"

namespace patchbay {

struct NetworkStatus {
  struct Interface {
    std::string name;       // "namespace/nad"; the cluster network's own has no namespace
    std::string interface;  // the link in the pod; empty: the plugin named none
    std::vector<IpAddress> ips;
    std::vector<IpAddress> gateways;
    std::optional<Mac> mac;
    std::optional<uint32_t> mtu;
    Dns dns;
    std::string mistake;  // why nothing but name and interface is read; empty: all of it is

    bool operator==(const Interface&) const = default;
  };
  std::vector<Interface> interfaces;

  bool operator==(const NetworkStatus&) const = default;
};

// An empty text is an empty value: the annotation is written after the pod's networks are made.
// Unknown keys are ignored. An entry that can't be read is its NIC's trouble alone: it has a
// mistake. Throws Error{kMalformed, kInvalidInput} with a JSON path for what is no list of entries
// with names.
NetworkStatus parse_network_status(std::string_view json);

// The entry of the pod's interface `link`; null where there is none.
const NetworkStatus::Interface* find_status(const NetworkStatus& status, std::string_view link);

}  // namespace patchbay
