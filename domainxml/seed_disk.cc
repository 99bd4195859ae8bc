#include "domainxml/seed_disk.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "domainxml/devices.h"
#include "domainxml/edits.h"
#include "domainxml/indentation.h"
#include "domainxml/xml_text.h"
#include "plan/error.h"

namespace patchbay::domainxml {
namespace {

constexpr uint32_t kSataPorts = 6;  // of one AHCI controller (libvirt, conf/domain_conf.c)

// A disk's place, as libvirt's <address type="drive"> has it; the bus is always 0 here.
struct DriveAddress {
  uint32_t controller = 0;
  uint32_t target = 0;
  uint32_t unit = 0;
};

std::string_view value_of(const Element& element, std::string_view name) {
  const Attribute* const attribute = element.attribute(name);
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

uint32_t number(std::string_view text) {
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The disk number that libvirt reads from a target: sda 0, sdz 25, sdaa 26 (virDiskNameToIndex).
uint32_t disk_number(std::string_view target) {
  uint32_t result = 0;
  for (const char c : target.substr(std::min<size_t>(2, target.size()))) {
    if (c < 'a' || c > 'z') break;
    result = result * 26 + static_cast<uint32_t>(c - 'a') + 1;
  }
  return result == 0 ? 0 : result - 1;
}

// Controller and port of a SATA disk, which follow from its target where no address says otherwise.
std::pair<uint32_t, uint32_t> sata_port(const Element& disk) {
  if (const Element* const address = disk.child("address")) {
    return {number(value_of(*address, "controller")), number(value_of(*address, "unit"))};
  }
  const uint32_t place = disk_number(disk.child_attribute("target", "dev"));
  return {place / kSataPorts, place % kSataPorts};
}

DriveAddress last_free_sata_port(const Element& devices) {
  std::set<std::pair<uint32_t, uint32_t>> taken;
  for (const Element& device : devices.children) {
    if (device.name == "disk" && device.child_attribute("target", "bus") == "sata") {
      taken.insert(sata_port(device));
    }
  }
  for (uint32_t controller = 0;; ++controller) {
    for (uint32_t port = kSataPorts; port-- > 0;) {
      if (!taken.contains({controller, port})) return {.controller = controller, .unit = port};
    }
  }
}

bool has_scsi_controller(const Element& devices) {
  return std::any_of(devices.children.begin(), devices.children.end(), [](const Element& device) {
    return device.name == "controller" && value_of(device, "type") == "scsi" &&
           number(value_of(device, "index")) == 0 &&
           value_of(device, "model").starts_with("virtio");
  });
}

std::string address_xml(const DriveAddress& address) {
  return "<address type=\"drive\" controller=\"" + std::to_string(address.controller) +
         "\" bus=\"0\" target=\"" + std::to_string(address.target) + "\" unit=\"" +
         std::to_string(address.unit) + "\"></address>";
}

std::string disk_xml(const Element& devices, std::string_view file, Guest guest,
                     const Indentation& indentation) {
  const bool scsi = guest != Guest::kWindows && has_scsi_controller(devices);
  const DriveAddress address = scsi ? DriveAddress{.target = 1} : last_free_sata_port(devices);
  std::string xml = "<disk device=\"cdrom\" type=\"file\">";
  for (const std::string& child :
       {"<source file=\"" + escaped(file) + "\" startupPolicy=\"optional\"></source>",
        "<target bus=\"" + std::string(scsi ? "scsi" : "sata") + "\" dev=\"" +
            std::string(kSeedTarget) + "\"></target>",
        std::string("<driver name=\"qemu\" type=\"raw\"></driver>"),
        std::string("<readonly></readonly>"),
        "<alias name=\"" + std::string(kSeedAlias) + "\"></alias>", address_xml(address)}) {
    xml += indentation.child + child;
  }
  return xml + indentation.device + "</disk>";
}

[[noreturn]] void throw_conflict(const std::string& found) {
  throw Error(Errc::kConflict,
              "cannot add the seed disc: expected no device of alias " + in_quotes(kSeedAlias) +
                  " or target " + in_quotes(kSeedTarget) + " but the disc itself, found " + found +
                  "; remove the hook sidecar that makes it, or rename the VM's disk or interface",
              "/domain/devices");
}

// Whether the disc is there. Aliases are one space of names for all devices, targets for all disks.
bool has_disc(const Element& devices, std::string_view file, std::string_view others_folder) {
  bool found = false;
  for (const Element& device : devices.children) {
    const bool alias = device.child_attribute("alias", "name") == kSeedAlias;
    const bool target =
        device.name == "disk" && device.child_attribute("target", "dev") == kSeedTarget;
    if (!alias && !target) continue;
    const std::string_view source = device.child_attribute("source", "file");
    const bool anothers =
        !others_folder.empty() && source.starts_with(std::string(others_folder) + "/");
    if (found || !alias || !target || (source != file && !anothers)) {
      throw_conflict("a device " + in_quotes(device.name) + " of source " + in_quotes(source));
    }
    found = true;
  }
  return found;
}

const Element* last_disk(const Element& devices) {
  const auto last = std::find_if(devices.children.rbegin(), devices.children.rend(),
                                 [](const Element& device) { return device.name == "disk"; });
  return last == devices.children.rend() ? nullptr : &*last;
}

}  // namespace

std::string add_seed_disk(std::string_view xml, std::string_view file, Guest guest,
                          std::string_view others_folder) {
  const Element devices = read_devices(xml);
  if (has_disc(devices, file, others_folder)) return std::string(xml);
  if (devices.children.empty()) {
    throw_malformed(xml, devices.at.whole.begin, "<devices> without a device");
  }
  const Indentation indentation = indentation_of(xml, devices);
  const Element* const disk = last_disk(devices);
  const Element& neighbour = disk == nullptr ? devices.children.back() : *disk;
  Edits edits;
  edits.insert(neighbour.at.whole.end,
               indentation.device + disk_xml(devices, file, guest, indentation));
  return edits.apply(xml);
}

}  // namespace patchbay::domainxml
