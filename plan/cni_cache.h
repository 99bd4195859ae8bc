// One file of libcni's result cache (libcni/api.go, `cachedInfo`, kind "cniCacheV1"): what a
// network's plugins were configured with and what they answered for one attachment.
#pragma once

#include <string>
#include <string_view>

#include "plan/cni_result.h"
#include "plan/nad_options.h"

namespace patchbay {

struct CniCacheEntry {
  std::string container_id;
  std::string if_name;
  std::string network_name;
  std::string netns;
  std::string ipam;              // the network's `ipam.type`, empty where it has none
  bool mac_spoof_check = false;  // a plugin of it has `macspoofchk`
  NadOptions options;
  CniResult result;
};

// Throws Error as parse_cni_result; `config` (base64 of the network's configuration or list) is
// decoded, too: there the first plugin with an `ipam` gives the kind.
CniCacheEntry parse_cni_cache_entry(std::string_view json);

}  // namespace patchbay
