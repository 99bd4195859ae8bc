#include "domainxml/placement.h"

#include <algorithm>

#include "domainxml/interface_wishes.h"

namespace patchbay::domainxml {
namespace {

// Interfaces that KubeVirt makes for libvirt to reserve root ports for hotplug (kubevirt.io,
// virtwrap/network/nichotplug.go); they are gone in the next pass.
bool is_placeholder(const Element& interface) {
  return interface.child_attribute("alias", "name").starts_with("placeholder-") ||
         interface.child_attribute("target", "dev").starts_with("placeholder-");
}

Place before(const Element& element) { return {Place::Side::kBefore, element.at.whole.begin}; }
Place after(const Element& element) { return {Place::Side::kAfter, element.at.whole.end}; }

}  // namespace

const Element* find_interface(const Element& devices, std::string_view network) {
  const std::string alias = alias_of(network);
  for (const Element& device : devices.children) {
    if (device.name != "interface") continue;
    if (device.child_attribute("alias", "name") == alias) return &device;
  }
  return nullptr;
}

Place place_for(const Element& devices, const NetworkPlan& plan, std::string_view network) {
  const auto here = std::find(plan.order.begin(), plan.order.end(), network);
  for (auto earlier = here; earlier != plan.order.begin();) {
    const Element* const found = find_interface(devices, *--earlier);
    if (found != nullptr) return after(*found);
  }
  for (auto later = here; later != plan.order.end(); ++later) {
    const Element* const found = find_interface(devices, *later);
    if (found != nullptr) return before(*found);
  }
  const Element* last = nullptr;
  const Element* placeholder = nullptr;
  for (const Element& device : devices.children) {
    if (device.name != "interface") continue;
    if (!is_placeholder(device)) {
      last = &device;
    } else if (placeholder == nullptr) {
      placeholder = &device;
    }
  }
  if (last != nullptr) return after(*last);
  if (placeholder != nullptr) return before(*placeholder);
  const Element* const emulator = devices.child("emulator");
  if (emulator != nullptr) return after(*emulator);
  return {Place::Side::kFirst, devices.at.content.begin};
}

}  // namespace patchbay::domainxml
