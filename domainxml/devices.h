// The <devices> of a domain as plain values: names and attributes decoded by pugixml, each with its
// place in the text. Elements of another namespace are left out: they are not libvirt's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domainxml/well_formed.h"

namespace patchbay::domainxml {

struct Attribute {
  std::string name;
  std::string value;
  AttributeLayout at;
};

struct Element {
  std::string name;
  std::vector<Attribute> attributes;
  std::vector<Element> children;  // elements only, in document order
  ElementLayout at;

  const Attribute* attribute(std::string_view name) const;  // null where there is none
  const Element* child(std::string_view name) const;  // the first one; null where there is none
  // `name` of the first `child`; empty where either is missing.
  std::string_view child_attribute(std::string_view child, std::string_view name) const;
};

// Throws Error{kMalformed} as check_well_formed, and where the root is no <domain> or has no or
// more than one <devices>.
Element read_devices(std::string_view xml);

}  // namespace patchbay::domainxml
