#include "domainxml/interface_wishes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "domainxml/xml_text.h"
#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::domainxml {
namespace {

constexpr std::array<std::string_view, 15> kOrder = {
    "address", "source",    "target", "model",  "mac", "mtu",  "bandwidth", "boot",
    "link",    "filterref", "alias",  "driver", "rom", "acpi", "backend"};

std::string hex(unsigned value, int digits) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%0*x", digits, value);
  return text.data();
}

AttributeWish number(std::string name, uint32_t value) {
  return {std::move(name), std::to_string(value), Spelling::kNumber};
}

ElementWish address(const PciAddress& pci) {
  return {"address",
          When::kAlways,
          {{"type", "pci"},
           {"domain", hex(pci.domain, 4), Spelling::kNumber},
           {"bus", hex(pci.bus, 2), Spelling::kNumber},
           {"slot", hex(pci.slot, 2), Spelling::kNumber},
           {"function", hex(pci.function, 1), Spelling::kNumber}}};
}

// Without queues and IOMMU libvirt's own choice is right, so there is no driver element; only
// virtio has one at all.
ElementWish driver(const DomainWishes& domain) {
  const bool virtio = domain.model.starts_with("virtio");
  const bool queues = virtio && domain.queues;
  const bool iommu = virtio && domain.iommu;
  ElementWish wish{"driver", queues || iommu ? When::kAlways : When::kIfThere, {}};
  if (queues || iommu) wish.attributes.push_back({"name", "vhost"});
  wish.attributes.push_back(queues ? number("queues", *domain.queues)
                                   : AttributeWish{"queues", std::nullopt});
  if (iommu) wish.attributes.push_back({"iommu", "on"});
  return wish;
}

ElementWish link(bool down) {
  return {"link", down ? When::kAlways : When::kIfThere, {{"state", down ? "down" : "up"}}};
}

std::optional<uint64_t> to_number(std::string_view text) {
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  if (is_hex) text.remove_prefix(2);
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, is_hex ? 16 : 10);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

void require_known(const Attachment& attachment) {
  const char* const missing = attachment.tap.empty()            ? "tap"
                              : attachment.mac.is_zero()        ? "MAC address"
                              : attachment.domain.model.empty() ? "NIC model"
                                                                : nullptr;
  if (missing == nullptr) return;
  throw Error(Errc::kInvalidInput,
              "cannot write the <interface> of network " + in_quotes(attachment.network) +
                  ": expected the plan to know its " + missing +
                  ", found none; see the plan's diagnostics for why it was not found in the pod",
              "plan");
}

}  // namespace

std::string alias_of(std::string_view network) { return "ua-" + std::string(network); }

std::vector<ElementWish> wishes_of(const Attachment& attachment) {
  require_known(attachment);
  const DomainWishes& domain = attachment.domain;
  std::vector<ElementWish> wishes;
  const auto wish = [&](std::string name, AttributeWish attribute) {
    wishes.push_back({std::move(name), When::kAlways, {std::move(attribute)}});
  };
  if (domain.pci_address) wishes.push_back(address(*domain.pci_address));
  wishes.push_back({"source", When::kOnlyInNew, {}});
  wishes.push_back({"target", When::kAlways, {{"dev", attachment.tap.str()}, {"managed", "no"}}});
  wish("model", {"type", domain.model});
  wish("mac", {"address", attachment.mac.to_string(), Spelling::kAnyCase});
  if (attachment.mtu != 0) wish("mtu", number("size", attachment.mtu));
  if (domain.boot_order) wish("boot", number("order", *domain.boot_order));
  wishes.push_back(link(domain.link_down));
  wishes.push_back({"alias", When::kOnlyInNew, {{"name", alias_of(attachment.network)}}});
  wishes.push_back(driver(domain));
  if (domain.rom_off) wish("rom", {"enabled", "no"});
  if (domain.acpi_index) wish("acpi", number("index", *domain.acpi_index));
  return wishes;
}

int order_of(std::string_view child) {
  const auto found = std::find(kOrder.begin(), kOrder.end(), child);
  return found == kOrder.end() ? -1 : static_cast<int>(found - kOrder.begin());
}

bool same_value(std::string_view a, std::string_view b, Spelling spelling) {
  if (a == b) return true;
  switch (spelling) {
    case Spelling::kExact:
      return false;
    case Spelling::kAnyCase:
      return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                        [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
    case Spelling::kNumber: {
      const auto value = to_number(a);
      return value && value == to_number(b);
    }
  }
  return false;
}

std::string element_xml(const ElementWish& wish) {
  std::string xml = "<" + wish.name;
  for (const AttributeWish& attribute : wish.attributes) {
    if (attribute.value) xml += " " + attribute.name + "=\"" + escaped(*attribute.value) + "\"";
  }
  return xml + "></" + wish.name + ">";
}

}  // namespace patchbay::domainxml
