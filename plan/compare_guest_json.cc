#include "plan/compare_guest.h"
#include "plan/json_reader.h"

namespace patchbay {
namespace {

Json write_nic(const SeenNic& nic) {
  Json json = Json::object();
  json["name"] = nic.name;
  if (nic.mtu != 0) json["mtu"] = nic.mtu;
  json["addresses"] = Json::array();
  for (const SeenAddress& address : nic.addresses) {
    Json entry = {{"address", address.length_told ? address.prefix.to_string()
                                                  : address.prefix.address.to_string()}};
    if (address.dynamic) entry["dynamic"] = true;
    if (address.duplicate) entry["duplicate"] = true;
    json["addresses"].push_back(std::move(entry));
  }
  if (nic.routes) json["routes"] = Json::array();
  for (const SeenRoute& route : nic.routes.value_or(std::vector<SeenRoute>{})) {
    json["routes"].push_back(to_string(route));
  }
  if (nic.dns) json["dns"] = *nic.dns;
  if (nic.search) json["search"] = *nic.search;
  return json;
}

Json write_check(const Check& check) {
  Json json = {{"what", check.what}, {"expected", check.expected}, {"found", check.found}};
  if (!check.holds()) json["lookAt"] = check.look_at;
  return json;
}

Json write_checks(const std::vector<Check>& checks) {
  Json json = Json::array();
  for (const Check& check : checks) json.push_back(write_check(check));
  return json;
}

}  // namespace

std::string to_json(const GuestReport& report) {
  Json json = {{"vmi", report.vmi}, {"holds", differences(report) == 0}, {"nics", Json::array()}};
  for (const NicReport& nic : report.nics) {
    Json entry = Json::object();
    if (!nic.network.empty()) entry["network"] = nic.network;
    if (!nic.mac.is_zero()) entry["mac"] = nic.mac.to_string();
    if (nic.found) entry["found"] = write_nic(*nic.found);
    entry["checks"] = write_checks(nic.checks);
    if (!nic.not_looked_at.empty()) entry["notLookedAt"] = nic.not_looked_at;
    json["nics"].push_back(std::move(entry));
  }
  if (!report.checks.empty()) json["checks"] = write_checks(report.checks);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace patchbay
