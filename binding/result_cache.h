// libcni's result cache on the node: what the network's own plugins answered for an attachment
// (libcni/api.go; one file for each, DIR/results/NETWORK-CONTAINERID-IFNAME).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/cni_cache.h"
#include "plan/net_types.h"

namespace patchbay {

// Where Multus keeps its own, then where a runtime that calls plugins itself does.
std::vector<std::string> usual_cache_dirs();

// The entry of `if_name` in the container, from the first of `dirs` that has one; nothing where
// none has. The name of a file only leads to it, for network names may hold dashes: what counts is
// inside. Throws Error{kIo}, and those of parse_cni_cache_entry, with the file's name.
std::optional<CniCacheEntry> find_cached_result(const std::vector<std::string>& dirs,
                                                std::string_view container_id,
                                                const IfName& if_name);

}  // namespace patchbay
