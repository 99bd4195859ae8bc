// How a guest's NIC gets its addresses, per family, and which source said so.
#pragma once

#include <string_view>

namespace patchbay {

enum class Ipv4Method { kNone, kDhcp, kStatic };
enum class Ipv6Method { kNone, kAuto, kDhcp, kStatic };  // kAuto: router advertisements

std::string_view name(Ipv4Method method);  // "none", "dhcp", "static"
std::string_view name(Ipv6Method method);  // "none", "auto", "dhcp", "static"

// Strongest first; what a user wrote in networkData is stronger than all of them and is
// cloudinit's.
enum class Source { kAnnotation, kRecord, kPodInterface, kNetworkStatus };
// "annotation", "record", "pod interface", "network-status"
std::string_view name(Source source);

}  // namespace patchbay
