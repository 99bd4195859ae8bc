#include "plan/cloud_init_data.h"

#include "plan/json_reader.h"

namespace patchbay {

CloudInitData parse_cloud_init_data(std::string_view json) {
  const Json parsed = parse_json(json, "cloudInitData");
  const JsonReader reader(parsed, "cloudInitData");
  CloudInitData data;
  const JsonReader source = reader.at("DataSource");
  if (source.string() == "configDrive") {
    data.data_source = CloudInitData::DataSource::kConfigDrive;
  } else if (source.string() != "noCloud") {
    source.refuse("\"noCloud\" or \"configDrive\"");
  }
  data.user_data = reader.string_or_empty("UserData");
  data.network_data = reader.string_or_empty("NetworkData");
  return data;
}

std::string with_texts(std::string_view cloud_init_data_json, const std::string& user_data,
                       const std::string& network_data) {
  Json json = parse_json(cloud_init_data_json, "cloudInitData");
  json["UserData"] = user_data;
  json["NetworkData"] = network_data;
  return json.dump();
}

std::string no_cloud_source_with_texts(std::string_view json, const std::string& user_data,
                                       const std::string& network_data) {
  Json source = json.empty() ? Json() : parse_json(json, "cloudInitNoCloudSource");
  if (source.is_null()) source = Json::object();
  if (!source.is_object()) JsonReader(source, "cloudInitNoCloudSource").refuse("an object");
  for (const char* resolved :
       {"secretRef", "userDataBase64", "networkDataSecretRef", "networkDataBase64"}) {
    source.erase(resolved);
  }
  source["userData"] = user_data;
  if (network_data.empty()) {
    source.erase("networkData");
  } else {
    source["networkData"] = network_data;
  }
  return source.dump();
}

}  // namespace patchbay
