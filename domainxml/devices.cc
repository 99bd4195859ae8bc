#include "domainxml/devices.h"

#include <pugixml.hpp>

#include "plan/error.h"

namespace patchbay::domainxml {
namespace {

bool is_libvirts(const pugi::xml_node& node) {
  return node.type() == pugi::node_element && !node.attribute("xmlns") &&
         std::string_view(node.name()).find(':') == std::string_view::npos;
}

const ElementLayout& layout_of(const Layout& layout, const pugi::xml_node& node) {
  const auto offset = node.offset_debug();
  const ElementLayout* found =
      offset < 0 ? nullptr : find_element(layout, static_cast<size_t>(offset));
  if (found == nullptr) {
    throw Error(Errc::kInternal, "cannot locate <" + std::string(node.name()) +
                                     "> in the domain XML; this is a bug of patchbay");
  }
  return *found;
}

// Recursion is bounded by kMaxDepth.
Element to_element(const pugi::xml_node& node, const Layout& layout) {
  Element element;
  element.name = node.name();
  element.at = layout_of(layout, node);
  size_t index = element.at.first_attribute;
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    element.attributes.push_back(
        {attribute.name(), attribute.value(), layout.attributes.at(index++)});
  }
  for (const pugi::xml_node& child : node.children()) {
    if (is_libvirts(child)) element.children.push_back(to_element(child, layout));
  }
  return element;
}

}  // namespace

const Attribute* Element::attribute(std::string_view wanted) const {
  for (const Attribute& candidate : attributes) {
    if (candidate.name == wanted) return &candidate;
  }
  return nullptr;
}

const Element* Element::child(std::string_view wanted) const {
  for (const Element& candidate : children) {
    if (candidate.name == wanted) return &candidate;
  }
  return nullptr;
}

std::string_view Element::child_attribute(std::string_view wanted, std::string_view key) const {
  const Element* found = child(wanted);
  const Attribute* value = found == nullptr ? nullptr : found->attribute(key);
  return value == nullptr ? std::string_view() : std::string_view(value->value);
}

Element read_devices(std::string_view xml) {
  const Layout layout = check_well_formed(xml);
  pugi::xml_document document;
  const pugi::xml_parse_result result =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) throw_malformed(xml, static_cast<size_t>(result.offset), result.description());

  const pugi::xml_node root = document.document_element();
  if (!is_libvirts(root) || std::string_view(root.name()) != "domain") {
    throw_malformed(xml, layout.elements.front().whole.begin,
                    "root element " + in_quotes(root.name()));
  }
  pugi::xml_node devices;
  for (const pugi::xml_node& child : root.children("devices")) {
    if (!is_libvirts(child)) continue;
    if (devices) throw_malformed(xml, layout_of(layout, child).whole.begin, "a second <devices>");
    devices = child;
  }
  if (!devices) throw_malformed(xml, layout.elements.front().whole.begin, "no <devices> in it");
  return to_element(devices, layout);
}

}  // namespace patchbay::domainxml
