#include "plan/methods.h"

namespace patchbay {

std::string_view name(Ipv4Method method) {
  switch (method) {
    case Ipv4Method::kNone:
      return "none";
    case Ipv4Method::kDhcp:
      return "dhcp";
    case Ipv4Method::kStatic:
      return "static";
  }
  return "none";
}

std::string_view name(Ipv6Method method) {
  switch (method) {
    case Ipv6Method::kNone:
      return "none";
    case Ipv6Method::kAuto:
      return "auto";
    case Ipv6Method::kDhcp:
      return "dhcp";
    case Ipv6Method::kStatic:
      return "static";
  }
  return "none";
}

std::string_view name(Source source) {
  switch (source) {
    case Source::kAnnotation:
      return "annotation";
    case Source::kRecord:
      return "record";
    case Source::kPodInterface:
      return "pod interface";
    case Source::kNetworkStatus:
      return "network-status";
  }
  return "network-status";
}

}  // namespace patchbay
