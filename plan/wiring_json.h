// Wiring in JSON, as the record and the plan spell it, and a trunk, as the CNI bridge plugin's
// `vlanTrunk` spells it and NADs do: [{"id":42},{"minID":100,"maxID":199}]. Private to plan/.
#pragma once

#include "plan/json_reader.h"
#include "plan/wiring.h"

namespace patchbay {

// At most kMaxTrunkRanges, at least one. Throws Error{kInvalidInput} with the path.
std::vector<VlanRange> read_trunk(const JsonReader& array);

// The keys of a wiring stand beside those of what holds it: {"macspoofchk":true,"multiQueue":true,
// "keepsAddresses":true,"lro":true,"lent":true,"responder":true,"guard":"full",
// "allowedAddresses":["…"],"trunk":[…],"owner":{"network":"…","attachment":"…"}},
// each absent where it says nothing.
inline constexpr std::array<std::string_view, 10> kWiringKeys{
    "macspoofchk", "multiQueue", "keepsAddresses",   "lro",   "lent",
    "responder",   "guard",      "allowedAddresses", "trunk", "owner"};
// One of kGuards. Throws Error{kInvalidInput} with a guess.
Guard read_guard(const JsonReader& reader);

Wiring read_wiring(const JsonReader& holder);
void write_wiring(const Wiring& wiring, Json& holder);

}  // namespace patchbay
