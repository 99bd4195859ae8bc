// The seed disc in the domain XML: a read-only CD-ROM at an address that nothing else asks for, be
// it one of the VM's own disks or one that is plugged in later.
#pragma once

#include <string>
#include <string_view>

#include "plan/guest.h"

namespace patchbay::domainxml {

inline constexpr std::string_view kSeedAlias = "ua-patchbay_seed";
inline constexpr std::string_view kSeedTarget = "sdzz";

// `xml` (as apply_plan takes it, and after it) with the disc, behind its last disk; `xml` itself,
// byte for byte, where it is there already (found by its alias, in KubeVirt's writing or in
// libvirt's). `file`: the disc's path as QEMU sees it. `others_folder`: what holds the same disc of
// another container's, which then stays; empty for none.
//
// The bus is virtio-scsi: Debian's kernel for clouds, among others, has no driver for SATA. It is
// SATA for Windows, which has one of its own, and where the domain has no SCSI controller: libvirt
// would add one that hardly any guest drives. On SCSI the disc is the only device of target 1
// (KubeVirt's and libvirt's own are of target 0), on SATA it takes the last free port.
//
// `startupPolicy` lets a VM start, or come over in a live migration, where the file is missing.
//
// Throws Error{kMalformed} as apply_plan, Error{kConflict} where alias or target is taken by
// another device.
std::string add_seed_disk(std::string_view xml, std::string_view file, Guest guest,
                          std::string_view others_folder = {});

}  // namespace patchbay::domainxml
