#include "plan/pod_state.h"

#include <algorithm>

#include "plan/ip_config_json.h"
#include "plan/names.h"

namespace patchbay {
namespace {

Json write_link(const PodLink& link) {
  Json json = Json::object();
  json["name"] = link.name.str();
  if (!link.kind.empty()) json["kind"] = link.kind;
  if (!link.mac.is_zero()) json["mac"] = link.mac.to_string();
  json["mtu"] = link.mtu;
  json["up"] = link.up;
  if (link.multi_queue) json["multiQueue"] = true;
  if (!link.alias.empty()) json["alias"] = link.alias;
  if (!link.addresses.empty()) json["addresses"] = write_prefixes(link.addresses);
  if (!link.routes.empty()) json["routes"] = write_routes(link.routes, kRouteKeys);
  return json;
}

PodLink read_link(const JsonReader& reader) {
  reader.only({"name", "kind", "mac", "mtu", "up", "multiQueue", "alias", "addresses", "routes"});
  PodLink link;
  link.name = reader.at("name").checked<IfName>();
  link.kind = reader.string_or_empty("kind");
  link.mac = reader.find_checked<Mac>("mac").value_or(Mac());
  link.mtu = reader.at("mtu").u32();
  link.up = reader.at("up").boolean();
  link.multi_queue = reader.true_at("multiQueue");
  link.alias = reader.string_or_empty("alias");
  if (const auto addresses = reader.find("addresses")) link.addresses = read_prefixes(*addresses);
  if (const auto routes = reader.find("routes")) link.routes = read_routes(*routes, kRouteKeys);
  return link;
}

}  // namespace

const PodLink* find_link(const PodState& pod, std::string_view name) {
  const auto link = std::find_if(pod.links.begin(), pod.links.end(),
                                 [name](const PodLink& l) { return l.name.str() == name; });
  return link == pod.links.end() ? nullptr : &*link;
}

std::optional<Record> find_record(const PodState& pod, const IfName& record) {
  std::string text;
  for (size_t n = 0; n < kMaxRecordLinks; ++n) {
    const PodLink* link = find_link(pod, record_link_name(record, n).str());
    if (link == nullptr) break;
    text += link->alias;
  }
  if (text.empty() && find_link(pod, record.str()) == nullptr) return std::nullopt;
  try {
    return parse_record(text);
  } catch (const Error& error) {
    throw Error(error.errc(), error.what(), "alias of link " + record.str());
  }
}

std::string to_json(const PodState& pod) {
  Json json = Json::object();
  json["links"] = Json::array();
  for (const PodLink& link : pod.links) json["links"].push_back(write_link(link));
  // An alias is bytes to the kernel; what is not UTF-8 is shown as U+FFFD.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

PodState parse_pod_state(std::string_view text) {
  const Json parsed = parse_json(text, "pod state");
  const JsonReader reader(parsed, "pod state");
  reader.only({"links", "panel"});  // the second is for people
  PodState pod;
  for (const JsonReader& link : reader.at("links").elements()) pod.links.push_back(read_link(link));
  return pod;
}

}  // namespace patchbay
