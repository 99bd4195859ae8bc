#include "domainxml/completion.h"

#include "domainxml/indentation.h"
#include "domainxml/interface_wishes.h"
#include "domainxml/xml_text.h"
#include "plan/error.h"

namespace patchbay::domainxml {
namespace {

class Completion {
 public:
  Completion(std::string_view xml, const Element& interface, const Attachment& attachment,
             Edits& edits, Diagnostics& diagnostics)
      : xml_(xml),
        interface_(interface),
        attachment_(attachment),
        edits_(edits),
        diagnostics_(diagnostics) {}

  void run() {
    for (const ElementWish& wish : wishes_of(attachment_)) {
      if (wish.when == When::kOnlyInNew) continue;
      const Element* const child = interface_.child(wish.name);
      if (child != nullptr) {
        for (const AttributeWish& attribute : wish.attributes) correct(*child, attribute);
      } else if (wish.when == When::kAlways) {
        add_child(wish);
      }
    }
  }

 private:
  void correct(const Element& child, const AttributeWish& wish) {
    const Attribute* const found = child.attribute(wish.name);
    const std::string where = child.name + "/@" + wish.name;
    if (found == nullptr) {
      if (!wish.value) return;
      const size_t end =
          child.attributes.empty() ? child.at.name.end : child.attributes.back().at.whole.end;
      edits_.insert(end, " " + wish.name + "=\"" + escaped(*wish.value) + "\"");
      tell(Severity::kNote, where, "expected " + in_quotes(*wish.value) + ", found nothing: added",
           "");
    } else if (!wish.value) {
      edits_.remove(found->at.whole);
      tell(Severity::kWarning, where,
           "expected none for " + in_quotes(attachment_.tap.str()) + ", found " +
               in_quotes(found->value) +
               ": removed, because the VM does not start with more queues than its tap has",
           "make the tap multi-queue, or leave networkInterfaceMultiqueue out of the VM");
    } else if (!same_value(found->value, *wish.value, wish.spelling)) {
      edits_.replace(found->at.value, escaped(*wish.value));
      tell_corrected(child, where, *wish.value, found->value);
    }
  }

  // KubeVirt takes the pod interface's MAC, which as a port of our bridge has lent it to the guest.
  bool is_of_bridge_port(const Element& child) const {
    return attachment_.backend == Backend::kBridge && child.name == "mac";
  }

  // KubeVirt counts the VM's CPUs, and one queue is too few for a tap that was made for several.
  static bool is_of_one_cpu(std::string_view where, std::string_view found) {
    return where == "driver/@queues" && found == "1";
  }

  void tell_corrected(const Element& child, const std::string& where, const std::string& expected,
                      const std::string& found) {
    const std::string corrected =
        "expected " + in_quotes(expected) + ", found " + in_quotes(found) + ": corrected";
    if (is_of_bridge_port(child)) {
      tell(Severity::kNote, where, corrected, "");
      return;
    }
    if (is_of_one_cpu(where, found)) {
      tell(Severity::kWarning, where, corrected,
           "give the VM several CPUs, or take multiQueue out of the network's NAD");
      return;
    }
    tell(Severity::kWarning, where, corrected,
         "expected where the annotation patchbay.io/networks asks for it; else see whether another "
         "hook sidecar writes this interface, or the pod's links changed after KubeVirt looked");
  }

  void add_child(const ElementWish& wish) {
    const Element* anchor = nullptr;  // the last child that KubeVirt would write before this one
    for (const Element& child : interface_.children) {
      const int order = order_of(child.name);
      if (order >= 0 && order <= order_of(wish.name)) anchor = &child;
    }
    const Element& neighbour = anchor == nullptr ? interface_.children.front() : *anchor;
    const size_t offset = anchor == nullptr ? interface_.at.content.begin : anchor->at.whole.end;
    const std::string element = element_xml(wish);
    edits_.insert(offset, line_start(xml_, neighbour.at.whole.begin).value_or("") + element);
    tell(Severity::kNote, wish.name, "expected " + element + ", found nothing: added", "");
  }

  void tell(Severity severity, std::string_view where, std::string message, std::string hint) {
    diagnostics_.push_back({severity, attachment_.network,
                            path_of(attachment_) + "/" + std::string(where), std::move(message),
                            std::move(hint)});
  }

  std::string_view xml_;
  const Element& interface_;
  const Attachment& attachment_;
  Edits& edits_;
  Diagnostics& diagnostics_;
};

}  // namespace

void complete_interface(std::string_view xml, const Element& interface,
                        const Attachment& attachment, Edits& edits, Diagnostics& diagnostics) {
  Completion(xml, interface, attachment, edits, diagnostics).run();
}

std::string path_of(const Attachment& attachment) {
  return "/domain/devices/interface[alias/@name=" + in_quotes(alias_of(attachment.network)) + "]";
}

}  // namespace patchbay::domainxml
