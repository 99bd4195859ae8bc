// Routes and DNS in JSON, in the two spellings that meet here: CNI's (dst, gw, nameservers), which
// the record keeps, and ours (to, via, servers), which the annotation and the plan use. Private to
// plan/.
#pragma once

#include "plan/ip_config.h"
#include "plan/json_reader.h"

namespace patchbay {

struct RouteKeys {
  std::string_view to;
  std::string_view via;
  std::string_view metric;
};
inline constexpr RouteKeys kCniRouteKeys{"dst", "gw", "priority"};
inline constexpr RouteKeys kRecordRouteKeys{"dst", "gw", "metric"};
inline constexpr RouteKeys kRouteKeys{"to", "via", "metric"};

// Refuses a `via` of another family than the destination's. Unknown keys are the caller's to
// refuse.
Route read_route(const JsonReader& reader, const RouteKeys& keys);
Json write_route(const Route& route, const RouteKeys& keys);
std::vector<Route> read_routes(const JsonReader& array, const RouteKeys& keys);
Json write_routes(const std::vector<Route>& routes, const RouteKeys& keys);

Dns read_cni_dns(const JsonReader& reader);  // `domain` comes first in `search`
Json write_cni_dns(const Dns& dns);
Dns read_dns(const JsonReader& reader);
Json write_dns(const Dns& dns);

std::vector<IpPrefix> read_prefixes(const JsonReader& array);
Json write_prefixes(const std::vector<IpPrefix>& prefixes);

}  // namespace patchbay
