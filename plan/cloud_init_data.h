// The JSON that PreCloudInitIso exchanges (pkg/cloud-init/cloud-init.go, `CloudInitData`; api
// core/v1, `CloudInitNoCloudSource`): read what concerns us, return everything else unchanged.
#pragma once

#include <string>
#include <string_view>

namespace patchbay {

struct CloudInitData {
  enum class DataSource { kNoCloud, kConfigDrive };
  DataSource data_source = DataSource::kNoCloud;
  std::string user_data;
  std::string network_data;  // as the user wrote it; empty: none

  bool operator==(const CloudInitData&) const = default;
};

CloudInitData parse_cloud_init_data(std::string_view json);

// `json` (CloudInitData) with UserData and NetworkData replaced; key order and unknown fields stay.
std::string with_texts(std::string_view cloud_init_data_json, const std::string& user_data,
                       const std::string& network_data);

// The CloudInitNoCloudSource to answer with: `json` (may be empty or "null") with userData and
// networkData replaced, variants in base64 or by secret dropped since these were resolved.
std::string no_cloud_source_with_texts(std::string_view json, const std::string& user_data,
                                       const std::string& network_data);

}  // namespace patchbay
