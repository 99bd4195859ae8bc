#include "plan/cloud_init_volume.h"

#include "plan/base64_json.h"

namespace patchbay {
namespace {

std::string text_of(const JsonReader& source, const std::string& key) {
  const std::string text = source.string_or_empty(key);
  if (!text.empty()) return text;
  const auto encoded = source.find(key + "Base64");
  return encoded ? decode_base64(*encoded) : std::string();
}

void tell_secret(const JsonReader& source, const std::string& reference, const std::string& key,
                 Diagnostics& diagnostics) {
  const auto secret = source.find(reference);
  if (!secret) return;
  diagnostics.push_back({Severity::kNote, "", secret->path(),
                         key + " is in the Secret " + in_quotes(secret->string_or_empty("name")) +
                             ", which is not read here: what is shown is what would be written "
                             "without it",
                         "see what the sidecar logs, or render a copy of the VMI that has the "
                         "Secret's text as " +
                             key});
}

}  // namespace

CloudInitData cloud_init_data_of(std::string_view vmi_json, Diagnostics& diagnostics) {
  const Json parsed = parse_json(vmi_json, "VMI");
  const auto volumes = JsonReader(parsed, "VMI").at("spec").find("volumes");
  if (!volumes) return {};
  for (const JsonReader& volume : volumes->elements()) {
    CloudInitData data;
    auto source = volume.find("cloudInitNoCloud");
    if (!source) {
      source = volume.find("cloudInitConfigDrive");
      data.data_source = CloudInitData::DataSource::kConfigDrive;
    }
    if (!source) continue;
    data.user_data = text_of(*source, "userData");
    data.network_data = text_of(*source, "networkData");
    tell_secret(*source, "secretRef", "userData", diagnostics);
    tell_secret(*source, "networkDataSecretRef", "networkData", diagnostics);
    return data;
  }
  return {};
}

}  // namespace patchbay
