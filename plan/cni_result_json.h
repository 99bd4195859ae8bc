// A CNI result inside other JSON: a cache file holds one. Private to plan/.
#pragma once

#include "plan/cni_result.h"
#include "plan/json_reader.h"

namespace patchbay {

CniResult read_cni_result(const JsonReader& reader);

}  // namespace patchbay
