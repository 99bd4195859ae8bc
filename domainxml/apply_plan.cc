#include "domainxml/apply_plan.h"

#include "domainxml/completion.h"
#include "domainxml/devices.h"
#include "domainxml/edits.h"
#include "domainxml/indentation.h"
#include "domainxml/interface_wishes.h"
#include "domainxml/placement.h"
#include "plan/error.h"

namespace patchbay::domainxml {
namespace {

std::string new_interface(const Attachment& attachment, const Indentation& indentation) {
  std::string xml = "<interface type=\"" + std::string(kInterfaceType) + "\">";
  for (const ElementWish& wish : wishes_of(attachment)) {
    if (wish.when != When::kIfThere) xml += indentation.child + element_xml(wish);
  }
  return xml + indentation.device + "</interface>";
}

[[noreturn]] void throw_conflict(const Attachment& attachment, const std::string& found) {
  throw Error(Errc::kConflict,
              "cannot complete the <interface> of network " + in_quotes(attachment.network) +
                  ": expected at most one device of alias " +
                  in_quotes(alias_of(attachment.network)) + ", an <interface> of type " +
                  in_quotes(kInterfaceType) + ", found " + found +
                  "; remove the hook sidecar or binding that makes it, binding " +
                  in_quotes(attachment.binding) + " makes its own",
              path_of(attachment));
}

// Libvirt's aliases are one space of names for all devices.
void refuse_conflicts(const Element& devices, const Attachment& attachment) {
  bool taken = false;
  for (const Element& device : devices.children) {
    if (device.child_attribute("alias", "name") != alias_of(attachment.network)) continue;
    const Attribute* const type = device.attribute("type");
    if (device.name != "interface" || type == nullptr || type->value != kInterfaceType) {
      const std::string of_type =
          type == nullptr ? "without a type" : "of type " + in_quotes(type->value);
      throw_conflict(attachment, "a device " + in_quotes(device.name) + " " + of_type);
    }
    if (taken) throw_conflict(attachment, "two of them");
    taken = true;
  }
}

// New devices in front of all others, in one edit, since <devices/> has to be opened for them.
void add_first(std::string_view xml, const Element& devices, const std::string& added,
               Edits& edits) {
  const ElementLayout& at = devices.at;
  const std::string outer = line_start(xml, at.whole.begin).value_or("");
  if (at.self_closing) {
    edits.replace({at.whole.end - 2, at.whole.end},
                  ">" + added + outer + "</" + devices.name + ">");
  } else {
    edits.insert(at.content.begin, at.content.begin == at.content.end ? added + outer : added);
  }
}

}  // namespace

std::string apply_plan(std::string_view xml, const NetworkPlan& plan, std::string_view binding,
                       Diagnostics& diagnostics) {
  const Element devices = read_devices(xml);
  const Indentation indentation = indentation_of(xml, devices);
  Edits edits;
  std::string first;
  for (const Attachment& attachment : plan.attachments) {
    if (!attachment.ours || attachment.binding != binding) continue;
    refuse_conflicts(devices, attachment);
    if (const Element* const interface = find_interface(devices, attachment.network)) {
      complete_interface(xml, *interface, attachment, edits, diagnostics);
      continue;
    }
    const std::string added = new_interface(attachment, indentation);
    const Place place = place_for(devices, plan, attachment.network);
    switch (place.side) {
      case Place::Side::kBefore:
        edits.insert(place.offset, added + indentation.device);
        break;
      case Place::Side::kAfter:
        edits.insert(place.offset, indentation.device + added);
        break;
      case Place::Side::kFirst:
        first += indentation.device + added;
        break;
    }
    diagnostics.push_back({Severity::kNote, attachment.network, path_of(attachment),
                           "expected an <interface>, found none: added", ""});
  }
  if (!first.empty()) add_first(xml, devices, first, edits);
  return edits.apply(xml);
}

std::string interface_xml(const Attachment& attachment) {
  return new_interface(attachment, {"\n", "\n\t"});
}

}  // namespace patchbay::domainxml
