// The names that KubeVirt (pkg/network/namescheme, v1.9.0) and we give to the links of one network:
// <h> is the first 11 hex digits of SHA-256 over the VMI's network name.
#pragma once

#include <string>
#include <string_view>

#include "plan/net_types.h"

namespace patchbay {

struct LinkNames {
  IfName pod;       // pod<h>, made by the network's CNI plugin
  IfName tap;       // tap<h>
  IfName record;    // pb<h>, ours: its alias holds the record
  IfName bridge;    // k6t-<h>, as KubeVirt names the one it makes for its own bindings
  IfName listener;  // all<h>, ours: receives all multicast in place of a pod<h> that the host lent
  IfName control;   // ctl<h>, ours: how the pod speaks with the filter at the guest's port
};

// What no other link's name begins with in a pod.
inline constexpr std::string_view kRecordPrefix = "pb";

LinkNames link_names(std::string_view network);

// Those that go with a pod interface: by its own <h> where it has one, else by its name as if that
// were the network's.
LinkNames link_names_beside(const IfName& pod);

// The pod network has names of its own, whatever the VMI calls it.
inline constexpr std::string_view kPodNetworkLink = "eth0";
inline constexpr std::string_view kPodNetworkTap = "tap0";

// What KubeVirt called a pod's first secondary interface before names were hashed.
inline constexpr std::string_view kFirstOrdinalLink = "net1";

// The n-th link that continues a record too long for one alias: pb<h>, pb<h>a, pb<h>b, … (n from 0
// to kMaxRecordLinks - 1).
inline constexpr size_t kMaxRecordLinks = 27;
IfName record_link_name(const IfName& record, size_t n);

// Whether `name` is what KubeVirt's hashed scheme gives: "pod" and 11 lower-case hex digits.
bool is_hashed_pod_name(std::string_view name);

// Whether `name` is that of a record's first link: "pb" and 11 lower-case hex digits.
bool is_record_name(std::string_view name);

// The pod interface of KubeVirt's scheme that goes with the record's first link.
IfName hashed_pod_name(const IfName& record);

}  // namespace patchbay
