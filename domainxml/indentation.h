// How a document is laid out, so that what is added looks like its neighbours: KubeVirt writes
// tabs, libvirt two spaces, and a text on one line gets no white space at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domainxml/devices.h"

namespace patchbay::domainxml {

// Line ends and white space before a device and before each of its children.
struct Indentation {
  std::string device;  // "\n\t\t"; empty: everything on one line
  std::string child;   // "\n\t\t\t"
};

// The line end and the white space that stand before `offset`; nothing where `offset` is not the
// first thing on its line.
std::optional<std::string> line_start(std::string_view xml, size_t offset);

Indentation indentation_of(std::string_view xml, const Element& devices);

}  // namespace patchbay::domainxml
