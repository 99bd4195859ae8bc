// What a VMI says in its own cloud-init volume. Hooks get these texts from KubeVirt, which has read
// the volume's Secrets; this is for whoever has the VMI alone.
#pragma once

#include <string_view>

#include "plan/cloud_init_data.h"
#include "plan/diagnostic.h"

namespace patchbay {

// As KubeVirt reads it (pkg/cloud-init/cloud-init.go, ReadCloudInitVolumeDataSource): the first
// cloud-init volume; a text as it is before one in base64. No text at all where there is no such
// volume. A Secret's text, which would come before both, is not there: a note says so. Throws
// Error{kMalformed, kInvalidInput} with a JSON path.
CloudInitData cloud_init_data_of(std::string_view vmi_json, Diagnostics& diagnostics);

}  // namespace patchbay
