#include "domainxml/indentation.h"

namespace patchbay::domainxml {

std::optional<std::string> line_start(std::string_view xml, size_t offset) {
  size_t begin = offset;
  while (begin > 0 && (xml[begin - 1] == ' ' || xml[begin - 1] == '\t')) --begin;
  if (begin == 0 || xml[begin - 1] != '\n') return std::nullopt;
  return std::string(xml.substr(begin - 1, offset - begin + 1));
}

Indentation indentation_of(std::string_view xml, const Element& devices) {
  const auto outer = line_start(xml, devices.at.whole.begin);
  if (!outer) return {};
  // <devices> is a child of the root: its own white space is one step.
  const std::string step = outer->size() > 1 ? outer->substr(1) : "\t";
  const auto first = devices.children.empty()
                         ? std::nullopt
                         : line_start(xml, devices.children.front().at.whole.begin);
  const std::string device = first.value_or(*outer + step);
  return {device, device + step};
}

}  // namespace patchbay::domainxml
