// The fields of a VirtualMachineInstance that concern its networks, read from the JSON that
// virt-launcher passes to hooks (kubevirt.io/api/core/v1, types.go, v1.5 to v1.9).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/guest.h"
#include "plan/net_types.h"

namespace patchbay {

// The state of an interface that was hot-unplugged: it is neither in the pod nor in the guest.
inline constexpr std::string_view kAbsent = "absent";

struct VmiInterface {
  std::string name;
  // What connects it: "binding" for a plugin (`plugin` is its name), else the core binding's field:
  // "masquerade", "bridge", "sriov", …
  std::string binding;
  std::string plugin;
  std::optional<Mac> mac;
  std::optional<Mac> guest_mac;  // the running guest's, by the VMI's status
  std::string model;             // empty: KubeVirt's default
  std::optional<uint32_t> boot_order;
  std::optional<uint32_t> acpi_index;
  std::optional<PciAddress> pci_address;
  std::vector<IpAddress> guest_addresses;  // the running guest's, by the VMI's status
  std::string state;                       // "", "up", "down", "absent"

  bool operator==(const VmiInterface&) const = default;
};

struct VmiNetwork {
  std::string name;
  bool pod = false;  // else Multus
  std::string nad;   // "namespace/name"; the VMI's namespace where it names none
  bool operator==(const VmiNetwork&) const = default;
};

enum class CloudInitVolume { kNone, kNoCloud, kConfigDrive };

struct Vmi {
  std::string name;
  std::string namespace_;
  std::string hostname;  // the guest's, as KubeVirt tells it: spec.hostname, else from the name
  std::string firmware_uuid;
  std::string architecture;  // "amd64", "arm64", "s390x"
  uint32_t vcpus = 1;        // sockets × cores × threads as KubeVirt counts them for queues
  bool multiqueue = false;   // networkInterfaceMultiqueue
  bool virtio_transitional = false;
  bool live_migrates = false;    // evictionStrategy LiveMigrate, LiveMigrateIfPossible
  bool launch_security = false;  // SEV, SNP, TDX, secure execution: virtio needs iommu="on"
  CloudInitVolume cloud_init = CloudInitVolume::kNone;
  GuestHints guest;
  std::string networks_annotation;  // patchbay.io/networks, as written; empty: none
  std::vector<VmiInterface> interfaces;
  std::vector<VmiNetwork> networks;

  bool operator==(const Vmi&) const = default;
};

const VmiNetwork* find_network(const Vmi& vmi, std::string_view name);

// Throws Error{kMalformed, kInvalidInput} with a JSON path. Unknown fields are ignored. Refused: an
// interface without its network, a name twice.
Vmi parse_vmi(std::string_view json);

// "namespace/name" for a log; empty where the text does not say it. Throws nothing.
std::string name_of_vmi(std::string_view json);

}  // namespace patchbay
