#include "plan/wiring_json.h"

#include <algorithm>

#include "plan/ip_config_json.h"
#include "plan/text.h"

namespace patchbay {
namespace {

uint16_t read_vlan_id(const JsonReader& reader) {
  return static_cast<uint16_t>(reader.number(kMinVlanId, kMaxVlanId));
}

VlanRange read_range(const JsonReader& reader) {
  reader.only({"id", "minID", "maxID"});
  const auto id = reader.find("id");
  const auto first = reader.find("minID");
  const auto last = reader.find("maxID");
  if (id && !first && !last) return {read_vlan_id(*id), read_vlan_id(*id)};
  if (id || !first || !last) reader.refuse("either \"id\", or \"minID\" and \"maxID\"");
  const VlanRange range{read_vlan_id(*first), read_vlan_id(*last)};
  if (range.first > range.last) last->refuse("a maxID of at least minID");
  return range;
}

Json write_range(const VlanRange& range) {
  Json json = Json::object();
  if (range.first == range.last) {
    json["id"] = range.first;
  } else {
    json["minID"] = range.first;
    json["maxID"] = range.last;
  }
  return json;
}

Owner read_owner(const JsonReader& reader) {
  reader.only({"network", "attachment"});
  Owner owner{reader.at("network").string(), reader.at("attachment").string()};
  if (owner.network.empty()) reader.at("network").refuse("a network's name");
  const bool mark = owner.attachment.size() == kMarkDigits &&
                    owner.attachment.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!mark) {
    reader.at("attachment").refuse(std::to_string(kMarkDigits) + " lower-case hex digits");
  }
  return owner;
}

Json write_owner(const Owner& owner) {
  Json json = Json::object();
  json["network"] = owner.network;
  json["attachment"] = owner.attachment;
  return json;
}

Json write_trunk(const std::vector<VlanRange>& trunk) {
  Json json = Json::array();
  for (const VlanRange& range : trunk) json.push_back(write_range(range));
  return json;
}

}  // namespace

std::vector<VlanRange> read_trunk(const JsonReader& array) {
  std::vector<VlanRange> trunk;
  for (const JsonReader& each : array.elements()) trunk.push_back(read_range(each));
  if (trunk.empty()) array.refuse("at least one VLAN; leave \"trunk\" out to pass all of them");
  if (trunk.size() > kMaxTrunkRanges) {
    array.refuse("at most " + std::to_string(kMaxTrunkRanges) + " ids and ranges");
  }
  return trunk;
}

Guard read_guard(const JsonReader& reader) {
  const std::string text = reader.string();
  const auto found = std::find(kGuards.begin(), kGuards.end(), text);
  if (found != kGuards.end()) return static_cast<Guard>(found - kGuards.begin());
  throw Error(Errc::kInvalidInput,
              "expected one of " + join({kGuards.begin(), kGuards.end()}) + ", found " +
                  in_quotes(text) + did_you_mean(text, kGuards.data(), kGuards.size()),
              reader.path());
}

Wiring read_wiring(const JsonReader& holder) {
  Wiring wiring;
  wiring.mac_spoof_check = holder.true_at("macspoofchk");
  wiring.multi_queue = holder.true_at("multiQueue");
  wiring.keeps_addresses = holder.true_at("keepsAddresses");
  wiring.lro = holder.true_at("lro");
  wiring.lent = holder.true_at("lent");
  wiring.responder = holder.true_at("responder");
  if (const auto guard = holder.find("guard")) wiring.guard = read_guard(*guard);
  if (const auto allowed = holder.find("allowedAddresses")) {
    wiring.allowed = read_prefixes(*allowed);
  }
  if (const auto trunk = holder.find("trunk")) wiring.trunk = read_trunk(*trunk);
  if (const auto found = holder.find("owner")) wiring.owner = read_owner(*found);
  return wiring;
}

void write_wiring(const Wiring& wiring, Json& holder) {
  if (wiring.mac_spoof_check) holder["macspoofchk"] = true;
  if (wiring.multi_queue) holder["multiQueue"] = true;
  if (wiring.keeps_addresses) holder["keepsAddresses"] = true;
  if (wiring.lro) holder["lro"] = true;
  if (wiring.lent) holder["lent"] = true;
  if (wiring.responder) holder["responder"] = true;
  if (wiring.guard != Guard::kOff) holder["guard"] = name(wiring.guard);
  if (!wiring.allowed.empty()) holder["allowedAddresses"] = write_prefixes(wiring.allowed);
  if (!wiring.trunk.empty()) holder["trunk"] = write_trunk(wiring.trunk);
  if (!wiring.owner.empty()) holder["owner"] = write_owner(wiring.owner);
}

}  // namespace patchbay
