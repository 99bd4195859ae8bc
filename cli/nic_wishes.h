// What a guest has to be told of one NIC so that it has again what the source knows of it.
#pragma once

#include <optional>
#include <vector>

#include "cli/inventory.h"
#include "cli/network_map.h"
#include "cli/place.h"
#include "plan/annotation.h"

namespace patchbay::cli {

// The method of a family with treatUnknownAs applied; nothing: none is known, or the family has
// none.
std::optional<Method> decided(const std::optional<Method>& method,
                              const std::optional<Method>& treat_unknown_as);

// Whether the map has to say how the NIC gets its addresses.
bool is_undecided(const Nic& nic, const std::optional<Method>& treat_unknown_as);

// The NIC's entry in patchbay.io/networks: static addresses with their gateways, routes and name
// service; DHCP and router advertisements as such. An address that can't be given, or that has no
// prefix length in the source and none by the target's subnets, is an error. Of a NIC that
// is_undecided() nothing is said.
NetworkWishes nic_wishes(const Nic& nic, const Target& target,
                         const std::optional<Method>& treat_unknown_as, const Place& place);

// The fixed addresses of a guest that keeps its configuration; those of unknown origin are among
// them unless `treat_unknown_as` is DHCP.
std::vector<IpAddress> kept_addresses(const Addressing& addressing,
                                      const std::optional<Method>& treat_unknown_as);

// Errors for the fixed addresses and gateways outside the target's subnets, where it has some of
// the family.
void check_subnets(const Nic& nic, const Target& target,
                   const std::optional<Method>& treat_unknown_as, const Place& place);

}  // namespace patchbay::cli
