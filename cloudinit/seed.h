// The disc that tells a guest of its network where the VM has no cloud-init volume: what is on it,
// and its bytes. The bytes follow from the texts alone, so that each sidecar of a pod, each of
// KubeVirt's passes and a migration's target make the same file.
#pragma once

#include <string>
#include <vector>

#include "cloudinit/network_data.h"
#include "plan/cloud_init_data.h"
#include "plan/guest.h"
#include "plan/vmi.h"

namespace patchbay::cloudinit {

struct SeedFile {
  std::string path;  // "meta-data", "openstack/latest/user_data": no leading slash, ASCII
  std::string text;

  bool operator==(const SeedFile&) const = default;
};

struct Seed {
  std::string label;  // by which the guest finds it: "cidata" or "config-2"
  std::vector<SeedFile> files;

  bool operator==(const Seed&) const = default;
};

// What the guest's reader looks for as it comes: cloud-init for either; cloudbase-init, whose
// default `metadata_services` (cloudbaseinit/conf/default.py) have no NoCloud, for a ConfigDrive.
CloudInitData::DataSource seed_source(Guest guest);

// Files and metadata as KubeVirt gives them to a guest (pkg/cloud-init/cloud-init.go): the
// instance-id is the firmware's UUID (NoCloud) or name and namespace (ConfigDrive), which both stay
// when the VM is started anew. Throws Error{kInvalidInput} where the VMI has none.
Seed make_seed(CloudInitData::DataSource source, const Vmi& vmi, const Handover& handover);

// ISO 9660 with Rock Ridge and Joliet, some 70 KiB, made in memory; nothing of the clock, the time
// zone or the machine is in it. Throws Error{kInternal} with libisofs' own words.
std::string iso_image(const Seed& seed);

}  // namespace patchbay::cloudinit
