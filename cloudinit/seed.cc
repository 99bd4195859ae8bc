#include "cloudinit/seed.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "plan/error.h"
#include "plan/host_address.h"

namespace patchbay::cloudinit {
namespace {

using Json = nlohmann::ordered_json;

// networkData only where there is some, as KubeVirt's own discs.
Seed seed_of(std::string label, std::vector<SeedFile> files) {
  std::erase_if(files, [](const SeedFile& file) { return file.text.empty(); });
  return {std::move(label), std::move(files)};
}

Seed no_cloud(const Json& metadata, const Handover& handover) {
  return seed_of("cidata", {{"meta-data", metadata.dump()},
                            {"user-data", handover.user_data},
                            {"network-config", handover.network_data}});
}

Seed config_drive(const Json& metadata, const Handover& handover) {
  const std::string folder = "openstack/latest/";
  return seed_of("config-2", {{folder + "meta_data.json", metadata.dump()},
                              {folder + "user_data", handover.user_data},
                              {folder + "network_data.json", handover.network_data}});
}

}  // namespace

CloudInitData::DataSource seed_source(Guest guest) {
  using enum CloudInitData::DataSource;
  return guest == Guest::kWindows ? kConfigDrive : kNoCloud;
}

Seed make_seed(CloudInitData::DataSource source, const Vmi& vmi, const Handover& handover) {
  if (vmi.firmware_uuid.empty()) {
    throw Error(Errc::kInvalidInput,
                "the seed disc needs an instance-id that stays when the VM is started anew, and "
                "the VM has no firmware UUID; write one into it (KubeVirt does so where it may)",
                "spec.domain.firmware.uuid");
  }
  // cloud-init reads the metadata as YAML, which cannot hold all of JSON.
  if (!is_domain(vmi.hostname)) {
    throw Error(Errc::kInvalidInput,
                "expected a host name, of letters, digits, \"-\" and \".\", found " +
                    in_quotes(vmi.hostname) + "; correct it in the VM's template",
                "spec.hostname");
  }
  switch (source) {
    case CloudInitData::DataSource::kNoCloud:
      return no_cloud({{"instance-id", vmi.firmware_uuid}, {"local-hostname", vmi.hostname}},
                      handover);
    case CloudInitData::DataSource::kConfigDrive:
      return config_drive({{"instance_id", vmi.name + "." + vmi.namespace_},
                           {"hostname", vmi.hostname},
                           {"uuid", vmi.firmware_uuid}},
                          handover);
  }
  throw Error(Errc::kInternal, "a data source that has no seed disc");
}

}  // namespace patchbay::cloudinit
