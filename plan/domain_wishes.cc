#include "plan/domain_wishes.h"

namespace patchbay {
namespace {

constexpr std::string_view kVirtio = "virtio";
constexpr std::string_view kS390x = "s390x";

std::string libvirt_model(const Vmi& vmi, const VmiInterface& interface) {
  if (!interface.model.empty() && interface.model != kVirtio) return interface.model;
  if (vmi.architecture == kS390x) return std::string(kVirtio);
  return vmi.virtio_transitional ? "virtio-transitional" : "virtio-non-transitional";
}

}  // namespace

DomainWishes domain_wishes(const Vmi& vmi, const VmiInterface& interface, const PodLink* tap,
                           Diagnostics& diagnostics) {
  DomainWishes wishes;
  wishes.model = libvirt_model(vmi, interface);
  wishes.boot_order = interface.boot_order;
  wishes.acpi_index = interface.acpi_index;
  wishes.pci_address = interface.pci_address;
  wishes.link_down = interface.state == "down";
  // The option ROM is for network boot; s390x has none (IsROMTuningSupported).
  wishes.rom_off = !interface.boot_order && vmi.architecture != kS390x;
  if (!wishes.model.starts_with(kVirtio)) return wishes;
  wishes.iommu = vmi.launch_security;
  if (!vmi.multiqueue) return wishes;
  if (vmi.vcpus > 1 && tap != nullptr && !tap->multi_queue) {
    diagnostics.push_back({Severity::kWarning, interface.name, "",
                           "the VM asks for " + std::to_string(vmi.vcpus) + " queues, but " +
                               tap->name.str() + " was made with one",
                           "the NIC gets one queue"});
    return wishes;
  }
  wishes.queues = vmi.vcpus;
  return wishes;
}

}  // namespace patchbay
