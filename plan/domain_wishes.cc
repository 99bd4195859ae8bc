#include "plan/domain_wishes.h"

#include "plan/error.h"

namespace patchbay {
namespace {

constexpr std::string_view kVirtio = "virtio";
constexpr std::string_view kS390x = "s390x";

std::string libvirt_model(const Vmi& vmi, const VmiInterface& interface) {
  if (!interface.model.empty() && interface.model != kVirtio) return interface.model;
  if (vmi.architecture == kS390x) return std::string(kVirtio);
  return vmi.virtio_transitional ? "virtio-transitional" : "virtio-non-transitional";
}

// A tap is opened with the flag IFF_MULTI_QUEUE from two queues on (libvirt's virnetdevtap.c,
// QEMU's net/tap-linux.c), and must have been made with it then, and without it otherwise.
constexpr uint32_t kLeastQueues = 2;

// A macvtap takes one queue more each time it is opened (drivers/net/tap.c, tap_open).
bool has_fixed_queues(const PodLink* tap) { return tap != nullptr && tap->kind != kMacvtapKind; }

std::optional<uint32_t> queues_of_multi_queue(const std::string& network, const PodLink& tap,
                                              const std::string& model, uint32_t asked,
                                              Diagnostics& diagnostics) {
  if (asked >= kLeastQueues) return asked;
  const std::string made =
      tap.name.str() + " was made for several queues, and is never opened with one";
  if (!model.starts_with(kVirtio)) {
    diagnostics.push_back({Severity::kError, network, "VMI.spec.domain.devices.interfaces",
                           made + ", but a NIC of model " + in_quotes(model) + " has one",
                           "leave the model out, or take multiQueue out of the network's NAD"});
    return std::nullopt;
  }
  diagnostics.push_back(
      {Severity::kWarning, network, "VMI.spec.domain.devices",
       made + ": the NIC gets " + std::to_string(kLeastQueues) + " queues",
       "write networkInterfaceMultiqueue: true and give the VM several CPUs, or take "
       "multiQueue out of the network's NAD"});
  return kLeastQueues;
}

std::optional<uint32_t> queues_of(const Vmi& vmi, const std::string& network, const PodLink* tap,
                                  const std::string& model, Diagnostics& diagnostics) {
  const bool asks = vmi.multiqueue && model.starts_with(kVirtio);
  if (tap != nullptr && tap->multi_queue) {
    return queues_of_multi_queue(network, *tap, model, asks ? vmi.vcpus : 1, diagnostics);
  }
  if (!asks) return std::nullopt;
  if (!has_fixed_queues(tap) || vmi.vcpus < kLeastQueues) return vmi.vcpus;
  diagnostics.push_back({Severity::kWarning, network, "",
                         "the VM asks for " + std::to_string(vmi.vcpus) + " queues, but " +
                             tap->name.str() + " was made with one: the NIC gets one queue",
                         "write \"patchbay\": {\"multiQueue\": true} into the network's NAD"});
  return std::nullopt;
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
  wishes.queues = queues_of(vmi, interface.name, tap, wishes.model, diagnostics);
  wishes.iommu = vmi.launch_security && wishes.model.starts_with(kVirtio);
  return wishes;
}

}  // namespace patchbay
