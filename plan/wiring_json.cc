#include "plan/wiring_json.h"

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

Wiring read_wiring(const JsonReader& owner) {
  Wiring wiring;
  wiring.mac_spoof_check = owner.true_at("macspoofchk");
  wiring.multi_queue = owner.true_at("multiQueue");
  wiring.keeps_addresses = owner.true_at("keepsAddresses");
  wiring.lro = owner.true_at("lro");
  if (const auto trunk = owner.find("trunk")) wiring.trunk = read_trunk(*trunk);
  return wiring;
}

void write_wiring(const Wiring& wiring, Json& owner) {
  if (wiring.mac_spoof_check) owner["macspoofchk"] = true;
  if (wiring.multi_queue) owner["multiQueue"] = true;
  if (wiring.keeps_addresses) owner["keepsAddresses"] = true;
  if (wiring.lro) owner["lro"] = true;
  if (wiring.trunk.empty()) return;
  owner["trunk"] = Json::array();
  for (const VlanRange& range : wiring.trunk) owner["trunk"].push_back(write_range(range));
}

}  // namespace patchbay
